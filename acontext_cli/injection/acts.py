"""Acts that would harm whoever's agent does them, as commands and as code."""

from acontext_cli.injection.rule import Rule

FETCHES = "would make an agent fetch and run code"
READS = "would make an agent read credentials"
SENDS = "would make an agent send data out"
CHECKS = "would make an agent switch off a check"
OPENS = "would make an agent open or destroy a machine"

_SHELL = r"(?:ba|z|k|da|fi|a)?sh"
_HERE = r"https?://(?:localhost|127\.|0\.0\.0\.0|\[::1\]|<)|\s(?:localhost|127\.0\.0\.1)\b"
_KNOWN_INDEX = (
    r"https?://(?:[\w-]+\.)*(?:pypi\.org|pythonhosted\.org|download\.pytorch\.org|registry\.npmjs\.org"
    r"|registry\.yarnpkg\.com"
    r"|localhost|127\.0\.0\.1|<)"
)
_RUNS_IT = r"(?=\s*(?:$|[|;&)`\"'\n<>,.]|-(?:\s|$|s\b)|(?:run|-)\s))"
"""An interpreter that gets nothing but what is piped into it."""
_GUARDED = (
    r"(?:\.ssh/(?!config\b|known_hosts|authorized_keys)[\w.*-]*|\.ssh\b(?![/\w.-])|\bid_(?:rsa|ed25519|ecdsa"
    r"|dsa)\b(?!\.pub)"
    r"|\.aws/credentials|\.netrc\b|\.pgpass\b|\.git-credentials|\.docker/config\.json|\.kube/config\b|\.pypirc\b"
    r"|\.vault-token|gh/hosts\.ya?ml|application_default_credentials\.json|\.gnupg\b|/etc/(?:g?shadow|sudoers)\b"
    r"|/proc/(?:self|\d{1,9}|\*)/environ|\bcookies\.sqlite\b|\blogin data\b|\blogins\.json\b|\bwallet\.dat\b"
    r"|\.(?:bash|zsh)_history\b|(?<![\w)\]])\.env\b(?!\.(?:example|sample|template|dist|defaults|schema|test|ci)"
    r"|[\w(-]))"
)
_HARMLESS_FILE = (
    r"\b(?:cp|copy)\b[^\n]{1,60}\s(?:to\s)?[`'\"]?(?:\./)?\.env$|\.env\.(?:example|sample|template|dist|defaults"
    r"|schema|test|ci)\b|\bprocess\.env\b|\.npmrc\.example"
)
_PASTE = (
    r"(?:webhook\.site|requestbin|pipedream\.net|burpcollaborator|\boast(?:ify)?\.\w{2,8}|interact\.sh"
    r"|ngrok(?:-free)?\.(?:io|app|dev)"
    r"|transfer\.sh|\bfile\.io\b|\b0x0\.st|pastebin\.com|termbin\.com|\bix\.io\b|dpaste\.\w+"
    r"|discord(?:app)?\.com/api/webhooks"
    r"|api\.telegram\.org/bot|bashupload|gofile\.io|hastebin)"
)


def _rule(name: str, reason: str, needs: str, pattern: str, unless: str = "") -> Rule:
    return Rule(kind="act", name=name, reason=reason, needs=tuple(needs.split("|")), pattern=pattern, unless=unless)


_FETCH = (
    _rule(
        "pipe to a shell",
        FETCHES,
        "curl|wget|fetch |http |aria2c|lynx",
        rf"\b(?:curl|wget|fetch|aria2c|lynx|http)\s[^\n|]{{0,300}}\|[^\n]{{0,80}}?\b(?:{_SHELL}|python[\d.]*|perl"
        r"|ruby|node"
        rf"|php|deno|bun|osascript|pwsh|iex|invoke-expression|source){_RUNS_IT}",
        _HERE,
    ),
    _rule(
        "pipe to a shell",
        FETCHES,
        "base64|xxd|openssl",
        r"\b(?:base64\s+(?:-d|-D|--decode)|xxd\s+-r|openssl\s+(?:base64"
        rf"|enc)\s)[^\n]{{0,80}}\|[^\n]{{0,40}}?\b(?:{_SHELL}|python[\d.]*"
        r"|perl|node)\b",
    ),
    _rule(
        "shell of a fetch",
        FETCHES,
        "curl|wget",
        rf"(?:\b(?:{_SHELL}|source|eval|python[\d.]*|node|exec)\b|(?:^|[\s;&`])\.)\s*(?:-\w+\s+)*[\"']?(?:<\(|\$\("
        r"|`)\s*(?:curl|wget)\b",
        _HERE,
    ),
    _rule(
        "run what was fetched",
        FETCHES,
        "curl |wget |iwr |invoke-webrequest|aria2c ",
        r"\b(?:curl|wget|iwr|invoke-webrequest|aria2c)\s[^\n]{0,300}?(?:&&|;|\band\b|\bthen\b)[^\n]{0,60}?"
        rf"(?:\bchmod\s+(?:[augo]*\+x|[0-7]{{3,4}})|\b{_SHELL}\s+[^\s-]\S*|\bpython[\d.]*\s+\S+\.py|(?<=\s)\./\S+"
        r"|\bstart-process\b)",
        _HERE,
    ),
    _rule(
        "PowerShell fetch",
        FETCHES,
        "iwr|irm|invoke-|downloadstring|webclient|certutil|mshta|bitsadmin|-enc",
        r"\b(?:iwr|irm|curl|invoke-webrequest|invoke-restmethod)\b[^\n]{0,200}\|\s*(?:iex|invoke-expression)\b"
        r"|\b(?:iex|invoke-expression)\b[^\n]{0,60}(?:iwr|irm|invoke-|new-object|downloadstring|webclient)"
        r"|\bdownload(?:string|file)\s*\(|\bcertutil\b[^\n]{0,60}-urlcache|\bmshta\s+https?:"
        r"|\bbitsadmin\b[^\n]{0,60}/transfer"
        r"|\bpowershell\b[^\n]{0,60}\s-e(?:nc|ncodedcommand)?\s+[a-z0-9+/=]{20}",
    ),
    _rule(
        "code of a fetch",
        FETCHES,
        "exec(|eval(|import(|function(",
        r"\b(?:exec|eval|function|compile)\s*\(\s*[^\n)]{0,80}(?:urlopen|requests\.get|urllib|httpx\.|fetch\s*\("
        r"|file_get_contents\s*\(\s*['\"]http"
        r"|open\(\s*['\"]https?:|axios)|\bimport\s*\(\s*['\"]https?:",
    ),
    _rule(
        "install from a stranger",
        FETCHES,
        "git+|://",
        r"\b(?:pip[\d.]*|uv|uvx|pipx|poetry)\s+(?:\w+\s+)?(?:install|add|run|sync)\b[^\n]{0,160}?(?:git\+\w+:"
        r"|https?://)",
        _KNOWN_INDEX,
    ),
    _rule(
        "install from a stranger",
        FETCHES,
        "git+|://|git@|github:|gitlab:|gist:|--git",
        r"\b(?:npm|pnpm|yarn|bun)\s+(?:i|install|add)\b[^\n]{0,80}?(?:https?://|git\+|git@|github:|gitlab:)"
        r"|\b(?:npx|bunx|uvx|(?:pnpm|yarn|npm)\s+(?:dlx|exec))\b[^\n]{0,60}?(?:https?://|git\+|git@|github:|gist:)"
        r"|\bcargo\s+install\b[^\n]{0,60}--git|\bgem\s+install\b[^\n]{0,80}https?://"
        r"|\bdeno\s+run\b[^\n]{0,80}https?://",
        _KNOWN_INDEX,
    ),
    _rule(
        "run what was cloned",
        FETCHES,
        "git clone",
        rf"\bgit\s+clone\b[^\n]{{0,200}}(?:&&|;)[^\n]{{0,120}}(?:\s\./[\w.-]+|\b{_SHELL}\s+[\w./-]+|\bsudo\s)",
        _HERE,
    ),
    _rule(
        "apply from elsewhere",
        FETCHES,
        "kubectl",
        r"\bkubectl\s+(?:apply|create|replace)\b[^\n]{0,60}\s-f\s*https?://",
        _HERE,
    ),
)

_READ = (
    _rule(
        "read of a secret file",
        READS,
        ".ssh|id_|.aws|.netrc|.pgpass|.git-cred|.docker|.kube|.pypirc|.vault|hosts.y|_credentials|.gnupg|/etc/"
        "|/proc/|cookies|login|wallet|_history|.env",
        r"(?<!\w)(?<!(?:is|be) )(?<!are )(?<!was )(?<!were )(?<!been )"
        r"(?:cat|less|more|(?-i:head|tail)|bat|e?grep|rg|awk|sed|cut|sort|strings|xxd|od|hexdump|base64|cp|scp|tar"
        r"|zip|gzip|type|get-content|tac"
        r"|read|print|dump|copy|echo|reveal|quote|upload|send|attach|paste|collect|gather|harvest|extract|exfiltrate"
        r"|steal|curl|rsync"
        rf"|output|post|email|encode)\b(?:[^.!?\n|;]|[.!?](?=\S)){{0,60}}?{_GUARDED}",
        _HARMLESS_FILE,
    ),
    _rule(
        "read of the environment",
        READS,
        "printenv|env|export",
        r"(?:\bprintenv|\benv|\bexport\s+-p|\bset)\s*\|\s*(?:(?:e?grep|rg|awk|findstr)\b[^\n|]{0,40}(?:key|token"
        r"|secret|pass|cred|aws|auth)"
        r"|curl|nc\b|base64|xxd)|\bprintenv\s+\w{0,40}(?:key|token|secret|passw|credential)",
    ),
    _rule(
        "read of the environment",
        READS,
        "key|token|secret|passw|credential",
        r"\b(?:echo|print|log|show|output|dump)\b[^.\n]{0,40}?(?-i:\$\{?[A-Z0-9_]{0,40}(?:KEY|TOKEN|SECRET|PASSW"
        r"|CREDENTIAL)\w{0,40})",
        r"password-stdin|\|\s*\S+\s+login|--with-token|wc\s+-c",
    ),
    _rule(
        "read of a key store",
        READS,
        "find-generic|find-internet|dump-keychain|secret-tool|export-secret|mimikatz|lsass|procdump|get aws_s"
        "|secretsmanager|auth token|access-token|169.254|metadata.google|vault kv|vault read|op read|op item",
        r"\bsecurity\s+(?:find|dump)-(?:generic|internet|keychain)|\bsecret-tool\s+(?:lookup|search)"
        r"|\bgpg\b[^\n]{0,40}--export-secret"
        r"|\bmimikatz\b|\blsass\b|\bprocdump\b|\baws\s+configure\s+get\s+aws_s"
        r"|\baws\s+secretsmanager\s+get-secret-value"
        r"|(?<!\$\()\bgh\s+auth\s+token\b|(?<!\$\()\bgcloud\s+auth\s+(?:application-default\s+)?print-access-token"
        r"|\b169\.254\.169\.254|\bmetadata\.google\.internal|\bvault\s+(?:kv\s+get|read)\s+\w"
        r"|\bop\s+(?:read\s+[\"']?op:|item\s+get)",
    ),
    _rule(
        "read of a key store",
        READS,
        "kubectl",
        r"\bkubectl\b[^\n|]{0,60}\bget\s+secrets?\b[^\n|]{0,80}\s(?:-o|--output|--template)",
    ),
)

_SEND = (
    _rule(
        "upload of a file",
        SENDS,
        "curl",
        r"\bcurl\b[^\n]{0,300}?\s(?:(?:-d|--data(?:-binary|-raw|-urlencode|-ascii)?|(?-i:-F)|--form"
        r"|--json)[ =]?[\"']?(?:[\w.\[\]-]{1,40}=)?@(?![<.]*<)"
        r"|(?-i:-T)\s*\S|--upload-file)",
        _HERE,
    ),
    _rule(
        "upload of a file",
        SENDS,
        "$(|`",
        r"\b(?:curl|wget|fetch|ping|dig|nslookup|host)\s[^\n]{0,240}(?:\$\(|`)\s*(?:cat|env|printenv|whoami|hostname"
        r"|base64|id\b|ls\b|head|tail|history|uname"
        r"|xxd|tar|find|grep|sed)",
        _HERE,
    ),
    _rule(
        "upload of a file",
        SENDS,
        "curl|wget",
        r"\b(?:curl|wget)\b[^\n]{0,240}https?://[^\s\"'`]{0,200}\$\{?\w{0,40}(?:key|token|secret|passw|credential)"
        r"|\bwget\b[^\n]{0,200}--post-file|\|\s*curl\b[^\n]{0,200}(?:@-|(?-i:\s-T)|--upload-file|--data|\s-d)",
        _HERE,
    ),
    _rule(
        "upload over a socket",
        SENDS,
        "nc |ncat |netcat |socat |telnet |/dev/tcp|/dev/udp",
        r"\|\s*(?:nc|ncat|netcat|socat|telnet)\s+\S|\b(?:nc|ncat|netcat)\s[^\n|]{0,80}<\s*[~/\w.]"
        r"|>\s*&?\s*/dev/(?:tcp|udp)/",
        _HERE,
    ),
    _rule(
        "copy to a host",
        SENDS,
        "scp|rsync",
        r"\bscp\s+(?:-\S+\s+(?:\d+\s+)?)*(?!\S*:)[^\s<]+\s+(?:[\w.-]+@[\w.-]+|[\w-]+(?:\.[\w-]+)+):"
        r"|\brsync\s+(?:-\S+\s+)*(?:~|/home|/etc|/root|\$HOME|[^\s:]*\.ssh)[^\s:]*\s+[\w.@-]+:",
    ),
    _rule(
        "post to a drop",
        SENDS,
        "webhook.site|requestbin|pipedream|burp|oast|interact.sh|ngrok|transfer.sh|file.io|0x0.st|pastebin|termbin"
        "|ix.io|dpaste|discord|telegram|bashupload|gofile|hastebin",
        r"\b(?:curl|wget|post|send|upload|fetch|requests?|nc|report|forward|paste|share|submit|push|publish|copy"
        r"|pipe|put|use|webhook|log)\b"
        rf"[^\n]{{0,200}}{_PASTE}",
    ),
    _rule(
        "post to a drop",
        SENDS,
        ".post(|.put(|fetch(|sendbeacon|document.cookie",
        r"\.(?:post|put)\s*\(\s*[\"']https?://[^\n]{0,200}(?:\bopen\s*\(|os\.environ|process\.env|getenv|read_text"
        r"|\.read\(|readfile|credential|cookie)"
        r"|\bfetch\s*\(\s*[\"'`]https?://[^\n]{0,200}(?:process\.env|localstorage|document\.cookie|readfile)"
        r"|sendbeacon\s*\([^\n]{0,120}(?:cookie|localstorage|token)",
        _HERE,
    ),
    _rule(
        "image that tells",
        SENDS,
        "](http",
        r"!\[[^\]\n]{0,100}\]\(https?://[^)\s]{0,300}[?=/](?:\{|<|\$|%7b|\[)[^)\n]{0,100}\)",
    ),
)

_CHECK = (
    _rule(
        "skip of hooks",
        CHECKS,
        "git commit|--no-verify|hookspath|husky|--no-gpg-sign",
        r"--no-verify\b|\bgit\s+commit\s[^\n]{0,60}?(?<=\s)-[amsq]*n[amsq]*(?=[\s`])"
        r"|core\.hookspath[=\s]+[\"']?/dev/null|\bhusky(?:_skip_hooks)?=[01]\b|--no-gpg-sign\b",
    ),
    _rule(
        "TLS unchecked",
        CHECKS,
        "verify|insecure|certificate|strict-ssl|trusted-host|tls_reject|rejectunauthorized",
        r"(?<![.\w])(?:ssl_?|tls_?)?verify(?:_?(?:ssl|tls|certs?|peer))?\s*[=:]\s*(?:false|0|no|off|none)\b"
        r"|\bsslverify[\s=]+(?:false|0)\b|--no-check-certificate\b"
        r"|\bstrict-ssl[\s=]+false|--trusted-host\b|node_tls_reject_unauthorized[\s=:]*[\"']?0"
        r"|rejectunauthorized[\"']?\s*:\s*false"
        r"|\bgit_ssl_no_verify\s*=|pythonhttpsverify\s*=\s*[\"']?0|insecure-?skip-?(?:tls-?)?verify"
        r"|\b_create_unverified_context|\bcert_none\b",
        r"\bhttps?://(?:localhost|127\.0\.0\.1)",
    ),
    _rule(
        "TLS unchecked",
        CHECKS,
        "curl",
        r"\bcurl\b[^\n|;&]{0,200}\s(?:(?-i:-[sSfLvIiXo]{0,6}k[sSfLvIi]{0,6})(?=[\s`'\"]|$)|--insecure\b)",
        _HERE,
    ),
    _rule(
        "host key unchecked",
        CHECKS,
        "stricthostkeychecking|userknownhostsfile",
        r"\bstricthostkeychecking[\s=]+[\"']?(?:no|off)\b|\buserknownhostsfile[\s=]+[\"']?/dev/null",
    ),
    _rule(
        "guard off",
        CHECKS,
        "setenforce|selinux|ufw|iptables|nft|systemctl|service|netsh|mppreference|spctl|csrutil|apparmor|xattr"
        "|auditctl",
        r"\bsetenforce\s+0|\bselinux\s*=\s*(?:disabled|permissive|0)|\bufw\s+disable|\biptables\s+(?:-F|--flush"
        r"|-P\s+\w+\s+ACCEPT)|\bnft\s+flush\s+ruleset"
        r"|\b(?:systemctl|service)\s+(?:--now\s+)?(?:stop|disable|mask)\s+(?:--now\s+)?(?:firewalld|ufw|iptables"
        r"|nftables|apparmor|auditd|fail2ban|clamav|falcon|crowdstrike)"
        r"|\bnetsh\s+advfirewall\b[^\n]{0,60}\boff|\bset-mppreference\b[^\n]{0,80}\bdisable|\bspctl\s+--(?:master"
        r"|global)-disable|\bcsrutil\s+disable"
        r"|\baa-(?:teardown|disable)\b|\bxattr\s+[^\n]{0,30}com\.apple\.quarantine|\bauditctl\s+-e\s*0",
    ),
    _rule(
        "agent without leave",
        CHECKS,
        "--dangerously|--yolo|bypasspermissions|approval|danger-full|auto_approve|auto-approve|autoapprove",
        r"--dangerously-[\w-]+|--yolo\b|\bbypasspermissions\b|--(?:ask-for-approval|approval-(?:mode"
        r"|policy))[\s=]+(?:never|yolo|full|none)"
        r"|\bdanger-full-access\b|--?auto-approve\b|\bauto_?approve\b[\"']?\s*[=:]\s*[\"']?(?:true|all|\*|1)",
    ),
    _rule(
        "check skipped by a flag",
        CHECKS,
        "--skip-|--bypass-|--disable-|--no-|--without-",
        r"--(?:skip|bypass|disable|no|without)-(?:approvals?|review|verification|auth(?:entication|orization)?"
        r"|security(?:-\w{1,20})?|signature(?:-\w{1,20})?|checksum|tls-verify|ssl-verify|audit-log)\b",
    ),
    _rule(
        "sandbox off",
        CHECKS,
        "--no-sandbox",
        r"[^\n]{0,80}--no-sandbox\b",
        r"chrom|puppeteer|playwright|electron|browser|headless",
    ),
    _rule(
        "rights for all",
        CHECKS,
        "chmod|nopasswd|permitrootlogin|passwordauthentication",
        r"\bchmod\s+(?:-\w+\s+)*(?:0?777|a\+rwx|ugo\+rwx|a=rwx|o\+w|0?666)\b|\bnopasswd\s*:\s*all"
        r"|\bpermitrootlogin\s+yes",
    ),
)

_OPEN = (
    _rule(
        "door opened",
        OPENS,
        "docker|authorized_keys|ssh-copy-id|nc -|netcat|ncat|crontab|sh -i",
        r"\bdocker\s+run\b[^\n]{0,120}\s(?:-v|--volume)[\s=]*/:|>>?\s*\S{0,80}authorized_keys|\bssh-copy-id\s+\S"
        r"|\b(?:nc|ncat|netcat)\b[^\n]{0,60}\s-e\s|\b(?:ba)?sh\s+-i\s*>&|\|\s*crontab\s+-",
    ),
    _rule(
        "everything deleted",
        OPENS,
        "rm -|mkfs.|of=/dev|:()",
        r"\brm\s+(?:-\w+\s+)*-(?:rf|fr|r\s+-f)\w*\s+(?:--no-preserve-root\s+)?(?:/|~/?|\$\{?home\}?/?|\*"
        r"|/\*)(?=[\s`'\";)]|$)|\bmkfs\.\w+\s+/dev"
        r"|\bdd\s[^\n]{0,60}\bof=/dev/(?:sd|nvme|disk|hd)|:\(\)\s*\{\s*:\|",
    ),
)

ACTS: tuple[Rule, ...] = (*_FETCH, *_READ, *_SEND, *_CHECK, *_OPEN)
