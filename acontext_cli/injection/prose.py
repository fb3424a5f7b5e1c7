"""The same acts in plain words."""

from acontext_cli.injection.acts import CHECKS, FETCHES, READS, SENDS
from acontext_cli.injection.rule import GAP, Rule

_PROGRAM = (
    r"(?:script|installer|binary|executable|payload|bootstrapper|\S{1,60}\.(?:sh|exe|ps1|bin|deb|rpm|msi|bat|cmd|run))"
)
_PRIVATE = (
    r"(?:(?:api|access|secret|private|ssh|signing|encryption|aws|gpg) ?-?keys?|(?:\w+ )?tokens?|passwords?"
    r"|passphrases?|credentials?|secrets"
    r"|environment(?: variables?)?|env(?:ironment)? vars?|(?:session |browser )?cookies?|conversation|transcript"
    r"|chat (?:history|log)|(?:shell|browsing) history"
    r"|source code|system prompt|customer (?:data|records|list|details|information|emails?)"
    r"|(?:credit )?card (?:numbers?|details|data)|personal data"
    r"|private data|user data|home (?:folder|directory))"
)
_OUT = (
    r"(?:https?://(?!localhost|127\.0\.0\.1|<)|www\.|[\w.+-]{1,64}@[\w-]{1,64}\.\w|\bwebhook|\b(?:external|remote"
    r"|collector|collection|logging|drop) (?:server|host|endpoint|address|url)|\bform (?:at|on)|\bgist\b)"
)
_HOST = (
    r"(?:[\w-]{1,40}\.){1,4}(?:com|net|org|io|dev|app|sh|xyz|top|ru|cn|tk|site|online|cloud|example|test|invalid"
    r"|info|biz|me|co|eu|de|fr|es|uk)\b"
)
_SECURITY = (
    r"(?:tls|ssl|https|certificates?|cert|host[- ]?key|signatures?|checksum|security|sandbox\w*|firewalls?|selinux"
    r"|apparmor|anti-?virus|defender|edr"
    r"|authentication|authorization|mfa|2fa|two-factor|permissions?(?: checks?| prompts?| system)?|approvals?"
    r"|guardrails?|safety|audit(?: log)?"
    r"|branch protection|pre-commit|commit hooks?|access controls?|malware scan\w*|vulnerability scan\w*)"
)


def _rule(name: str, reason: str, needs: str, pattern: str, unless: str = "") -> Rule:
    return Rule(kind="act", name=name, reason=reason, needs=tuple(needs.split("|")), pattern=pattern, unless=unless)


PROSE: tuple[Rule, ...] = (
    _rule(
        "fetch and run",
        FETCHES,
        "download|fetch|grab|retrieve|get|pull|obtain",
        r"\b(?:download|fetch|grab|retrieve|get|pull|obtain|downloading"
        rf"|fetching)\b{GAP}{{0,80}}?\b{_PROGRAM}\b{GAP}{{0,120}}?"
        r"\b(?:run|execute|launch|start|install|eval|evaluate|pipe|running|executing|piping)\b(?: it\b| them\b"
        rf"| that\b| the \w+|{GAP}{{0,30}}(?:shell|bash|sudo|root)\b|\s*[.!;,]|\s*$)",
    ),
    _rule(
        "run from elsewhere",
        FETCHES,
        "http|www|.sh|.io|.com|.net|.org|.dev|.example|.xyz|.test",
        rf"\b(?:run|execute|launch|eval|evaluate|source)\b{GAP}{{0,60}}\b(?:scripts?|code|commands?|installer|binary"
        rf"|program|payload|snippet|instructions)\b{GAP}{{0,40}}"
        rf"\b(?:from|at|on|under|by|in)\b{GAP}{{0,30}}(?:https?://(?!localhost|127\.)|www\.|{_HOST}/?)",
    ),
    _rule(
        "fetch and run",
        FETCHES,
        "pipe|piping",
        rf"\b(?:pipe|piping)\b{GAP}{{0,80}}(?:https?://|\burl\b|download|\boutput of curl"
        rf"|response){GAP}{{0,60}}\b(?:in)?to (?:a |the )?(?:shell|bash|sh|python|interpreter)\b",
    ),
    _rule(
        "reading secrets",
        READS,
        "key|token|password|credential|secret|environment|cookie|passphrase",
        r"\b(?:read|print|show|reveal|collect|gather|list|dump|copy|extract|output|share|include|repeat|harvest|find"
        r"|search for|look for|steal|grab|open|note down)\b"
        rf"{GAP}{{0,30}}?\b(?:the user'?s?|the customer'?s?|your|all|any|every|their|stored|saved"
        r"|(?:the )?contents? of(?: the| all| any)?)\s(?:(?:of )?(?:the |your |their |stored |saved |available |of "
        rf"|local ){{0,3}})"
        r"(?:(?:api|access|secret|private|ssh|aws|gpg) ?-?keys?|(?:\w+ )?tokens?|passwords?|passphrases?"
        r"|credentials?|secrets|environment variables?|env vars?|(?:session |browser )?cookies)\b",
    ),
    _rule(
        "sending secrets",
        SENDS,
        "http|www|@|webhook|server|host|endpoint|address|url|form|gist|.com|.net|.org|.io|.dev|.example|.test|.xyz",
        r"\b(?:send|post|upload|forward|transmit|submit|e-?mail|exfiltrate|leak|push|copy|paste|share|report|deliver"
        r"|pass|publish|mail|relay|sync|enter|type|append|include|attach|put|write)\b"
        rf"{GAP}{{0,80}}?\b{_PRIVATE}\b{GAP}{{0,100}}?(?:\b(?:to|at|into|in|on|via|using|through"
        rf"|with)\b{GAP}{{0,50}}?(?:{_OUT}|\b{_HOST})|to (?:the |this )?(?:webhook|form)\b)",
    ),
    _rule(
        "sending data out",
        SENDS,
        "http|@|webhook",
        r"\b(?:send|upload|forward|transmit|submit|e-?mail|exfiltrate|leak|copy|paste|share|relay|mirror|back ?up)\b"
        rf"{GAP}{{0,40}}?\b(?:contents?|files?|data(?:base)?|dump|logs?|history|records|results?|details|output"
        r"|responses?|reports?|summary|folder|directory|repository|repo|code|diff|config\w*"
        rf"|backups?)\b{GAP}{{0,60}}?"
        rf"\b(?:to|at|into|via|through)\b{GAP}{{0,40}}?(?:https?://(?!localhost|127\.0\.0\.1|<)"
        rf"|[\w.+-]{{1,64}}@[\w-]{{1,64}}\.\w|(?:a |the |this )?(?:external )?webhook)",
    ),
    _rule(
        "check off",
        CHECKS,
        "disable|disabling|turn|switch|deactivate|bypass|circumvent",
        r"\b(?:disable|disabling|turn(?:ing)? off|switch(?:ing)? off|deactivate|deactivating|bypass|bypassing"
        r"|circumvent)\b\s"
        r"(?:(?:the|all|any|every|your|its|these|their|system|local"
        rf"|host) ){{0,3}}(?:[\w-]{{1,20}} ){{0,2}}?{_SECURITY}\b",
    ),
    _rule(
        "check skipped",
        CHECKS,
        "skip|omit|without|leave|bypass|not",
        r"\b(?:skip|skipping|omit|leave out|bypass|no need to run|do not run|don'?t run|never run|without running"
        r"|do not wait for|don'?t wait for)\b\s(?:(?:the|all|any|every|your|these|unit|full|code|security|human"
        r"|manual|peer) ){1,4}?"
        r"(?:tests?|test suite|checks?|reviews?|approvals?|verification|confirmation|scans?|linters?|hooks?"
        r"|validation)\b(?!['\w-]| (?:marked|named|called|that|in|with|for|which|of|on|under|when|where|if|whose"
        r"|until|command|file|folder|case))",
    ),
    _rule(
        "approval given",
        CHECKS,
        "approv|accept|confirm|grant|allow|without",
        r"\b(?:always|auto-?(?:matically)?|automatically|silently|immediately)\s(?:approve|accept|confirm|grant"
        rf"|allow)\b{GAP}{{0,40}}?\b(?:requests?|permissions?|prompts?|refunds?|changes|access|commands?|calls?"
        r"|everything|pull requests?|prs?|transfers?|payments?|discounts?)\b"
        r"|\b(?:approve|accept|allow|grant|confirm)\b[^.\n]{0,40}?\b(?:automatically|without (?:asking|review"
        r"|looking|checking|reading))"
        r"|\bwithout (?:asking|waiting) for (?:any |the |human |user |explicit |further |a )*(?:confirmation"
        r"|approval|permission|consent|review)\b|\bwithout (?:human |user |any |manual |code )+(?:confirmation"
        r"|approval|permission|consent|review)\b",
    ),
)
