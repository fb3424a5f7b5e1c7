"""Words that take an agent over, and instructions to whoever reads a text: to agents, for later times, to a memory."""

from acontext_cli.injection.rule import GAP, Rule

_HIJACKS = "would take an agent over"
_CONCEALS = "would make an agent hide something from its user"
_TELLS = "tells an agent what to do"

_AGENTS = (
    r"(?:a\.?i\.?s?\b(?: (?:agents?|assistants?|models?|systems?|tools?|bots?|readers?|reviewers?))?"
    r"|llms?\b(?: (?:agents?|assistants?|tools?|readers?))?|(?:coding "
    r"|language |support |chat )?"
    r"(?:agents?|assistants?|chatbots?|copilots?|bots?)\b|language models?\b|claude\b|chatgpt\b|gpt\b|copilot\b"
    r"|gemini\b|codex\b|cursor\b"
    r"|automated (?:agents?|tools?|systems?|readers?|reviewers?|graders?|processes|scripts?|assistants?)\b"
    r"|machine readers?\b)"
)
_VERBS = (
    r"(?:add|answer|append|apply|approve|ask|assume|attach|avoid|begin|book|call|change|check|choose|click|commit"
    r"|configure|consider|contact|copy|create|delete|deploy"
    r"|disable|do|download|drop|e-?mail|enable|end|ensure|enter|execute|export|fetch|finish|follow|forward|generate"
    r"|get|give|grant|ignore|include|insert|install|invoke"
    r"|issue|keep|launch|let|log|make|mark|mention|merge|name|obey|offer|open|paste|pay|perform|pick|pin|place|point"
    r"|post|prefer|prepend|print|proceed|promise|push|put"
    r"|quote|read|recommend|redirect|refer|refund|remember|remove|reply|report|reset|respond|restart|return|route"
    r"|run|save|say|send|set|share|ship|show|sign|skip|start"
    r"|state|stop|store|submit|suggest|switch|tell|transfer|treat|trust|turn|update|upgrade|upload|use|verify|visit"
    r"|wait|whitelist|wire|work|write)"
)
_NO_TELLING = (
    r"(?!(?:been|be|being|had|have|has|was|were|is|are|did|got|an?|the|on|off|in|at|to|mind|before|again|\w+ed"
    r"|\w+[^su\W]s|\w+ing|run into|happen|true|false|null|none)\b)"
)
_START = (
    r"(?:^|[\n.!?:;,\"'>*•\-\]})(#|]\s{0,4}|\b(?:please|and|but|so|then|must|should|shall|will|you|you'll|we'll"
    r"|agents?|assistants?|to|is|are to|that|developers|everyone) )"
)
_MEMORY = (
    r"(?:(?:(?:your|the agent'?s?|agent|long-term|persistent|permanent|its|own|the|project|shared"
    r"|team) ){1,3}(?:memory|memories|skills?|skill (?:files?|library)|knowledge(?: base)?"
    r"|notes|lessons?|playbooks?|rules?(?: files?)?|guidelines|instructions|learnings?|preferences|profile)\b"
    r"|\b(?:memory|skills?|lessons?|claude\.md|agents\.md|skill\.md|\.cursorrules"
    r"|copilot-instructions\.md|gemini\.md)(?=\s*(?:$|[.,:;!\"'`)])))"
)


def _hijack(name: str, needs: str, pattern: str, reason: str = _HIJACKS) -> Rule:
    return Rule(kind="hijack", name=name, reason=reason, needs=tuple(needs.split("|")), pattern=pattern, strength=2)


def _order(name: str, strength: int, needs: str, pattern: str) -> Rule:
    return Rule(
        kind="order", name=name, reason=_TELLS, needs=tuple(needs.split("|")), pattern=pattern, strength=strength
    )


HIJACKS: tuple[Rule, ...] = (
    _hijack(
        "earlier instructions",
        "ignor|disregard|forget|overrid|overrul|neglect|bypass|supersede|replace|obey|follow",
        r"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?: about)?|overrid(?:e|es|ing)|overrules?|neglect|bypass"
        r"|supersedes?|replaces?|(?:do not|don'?t|stop) (?:obey(?:ing)?|follow(?:ing)?))"
        r"[ ,:_-]+(?:[\w'/]{1,20}[ ,_-]+){0,4}?(?:previous(?:ly)?|prior|above|earlier|preceding|all|any|other"
        r"|existing|your|system|former|foregoing|initial|original|user'?s?)[ ,_-]+(?:[\w'/]{1,20}[ ,_-]+){0,3}?"
        r"(?:instructions?|prompts?|rules|directives?|guidelines|directions|orders|programming|training|constraints"
        r"|restrictions|guardrails)(?![A-Za-z])",
    ),
    _hijack(
        "another role",
        "you are|you're|act as|pretend|jailb|developer mode|dan mode",
        r"\b(?:you are|you'?re) (?:now|from now on|no longer) (?:dan\b|jail|un(?:restricted|filtered|bound)"
        r"|in (?:developer|god|admin|debug|maintenance) mode|bound\b|(?:an? |the )?(?:[\w-]{1,20} ){0,4}(?:ai"
        r"|assistant|agent|bot|model|persona|character|hacker)\b)"
        r"|\b(?:act as|pretend (?:to be|you are)) (?:an? |if you (?:are|were) )?(?:[\w-]{1,20} ){0,3}(?:unrestricted"
        r"|unfiltered|jailbroken|without (?:any )?restrictions|dan\b|root|administrator)|\b(?:enter|enable|switch to"
        r"|activate) (?:developer|god|dan|jailbreak) mode",
    ),
    _hijack(
        "forged role",
        "system|# instruction|# human|im_start|inst]|<<sys|<|assistant|start_header",
        r"<\s?/?\s?(?:system|system[-_ ](?:prompt|message|reminder|instructions?|note|override)|im_start|im_end"
        r"|developer|admin[-_ ]?(?:note|message|instructions?)?|assistant|user_query"
        r"|instructions? for=)\s?(?:[^<>\n]{0,60})>"
        r"|(?:^|\n)#{2,4} (?:Instruction|System|Human|Assistant):\s*\n|\[/?(?:INST|SYSTEM(?: (?:MESSAGE|PROMPT|NOTE"
        r"|OVERRIDE))?)\]|<\|(?:im_start|im_end|system|assistant|user|endoftext|start_header_id|eot_id)\|?>?|<<SYS>>"
        r"|(?:^|\n)[\s#*=-]{0,8}(?:new |updated )?(?:system|developer|admin(?:istrator)?) (?:prompt|instructions?"
        r"|override|notice|directive|message)[\s*=-]{0,6}:"
        r"|\b(?:begin|end|start of|end of) (?:system|developer|admin) (?:prompt|instructions?|message)",
    ),
    _hijack(
        "prompt told",
        "prompt|instructions",
        r"\b(?:reveal|print|repeat|output|leak|disclose|recite) (?:me )?(?:[\w']{1,20} ){0,3}(?:system prompt"
        r"|initial instructions|hidden instructions|your (?:instructions|prompt))\b",
    ),
    _hijack(
        "concealment",
        "tell|inform|mention|alert|notify|reveal|disclose|warn|know|report|secret|between us|hidden|covert"
        "|confidential",
        r"\b(?:do not|don'?t|never|without|avoid|no need to|must not|should not)\s(?:ever )?(?:tell(?:ing)?"
        r"|inform(?:ing)?|alert(?:ing)?|notify(?:ing)?|warn(?:ing)?|let(?:ting)?)\s(?:the |your |any )?(?:users?"
        r"|humans?|operators?|owners?|developers?|maintainers?|anyone|anybody|them)\b"
        r"|\b(?:do not|don'?t|never|without|avoid|must not|should not)\s(?:ever )?(?:mention|reveal|disclose|report"
        r"|show)(?:ing)?\s(?:[\w']{1,20} ){0,5}?to (?:the |your |any )?(?:users?|humans?|operators?|owners?"
        r"|developers?|maintainers?|anyone|anybody|them)\b"
        r"|\bkeep (?:this|it|that|these) (?:\w{1,12} )?(?:a secret|secret|hidden|between us|confidential"
        r"|from the user)|\b(?:secretly|covertly) [a-z]{3,}|\bwithout (?:the |your )?(?:user|human|owner|operator"
        r"|anyone|their)(?:'s)? (?:know\w*|notic\w*|consent|being)",
        _CONCEALS,
    ),
    _hijack(
        "earlier instructions",
        "anweisung|instruktion|befehl|vorgabe|instructions|consignes|instrucciones|istruzioni|instruções|instructies"
        "|инструкц|указани|polecen|instrukcj",
        r"\b(?:ignorier\w*|vergiss|vergesse\w*|missacht\w*|befolge)\b[^.\n]{0,40}\b(?:anweisung\w*|instruktion\w*"
        r"|regeln|befehle?|vorgaben)|\b(?:ignore[rz]?|oublie[rz]?|n[ée]glige[rz]?)\b[^.\n]{0,30}\b(?:instructions"
        r"|consignes|r[èe]gles)\b[^.\n]{0,20}\b(?:pr[ée]c[ée]dentes?|ant[ée]rieures?|ci-dessus)"
        r"|\b(?:ignor[ae]|olvid[ae]|descart[ae])\b[^.\n]{0,30}\b(?:instrucciones|reglas|indicaciones)|\b(?:ignora"
        r"|dimentica)\b[^.\n]{0,30}\bistruzioni|\b(?:ignore|esque[çc]a)\b[^.\n]{0,30}\binstruções"
        r"|\bnegeer\b[^.\n]{0,30}\binstructies"
        r"|\b(?:игнорируй\w*|забудь\w*)\b[^.\n]{0,30}(?:инструкц|указани)\w*|\bzignoruj\b[^.\n]{0,30}(?:polece"
        r"|instrukcj)\w*",
    ),
    _hijack(
        "earlier instructions",
        "忽略|无视|無視|忘记|忘記|忘れ|무시|잊",
        r"(?:忽略|无视|無視し?|忘记|忘記)[^。\n]{0,12}(?:指令|指示|说明|說明|规则|規則|提示)|(?:指示|指令|命令|ルール|プロンプト)を?(?:すべて|全て)?(?:無視|忘れ)"
        r"|(?:지시|명령|지침)[^.\n]{0,8}(?:무시|잊)",
    ),
    _hijack(
        "concealment",
        "benutzer|nutzer|utilisateur|usuario|utente|用户|用戶|ユーザー|사용자|пользовател",
        r"\b(?:sag\w*|erz[äa]hl\w*|verrat\w*|informier\w*)\b[^.\n]{0,20}\b(?:benutzer"
        r"|nutzer)\w*\b[^.\n]{0,20}\b(?:nichts|nicht)|\bne (?:le |rien )?(?:dis|dites|dire|mentionne\w*"
        r"|informe\w*)\b[^.\n]{0,30}\butilisateur"
        r"|\bno (?:le )?(?:digas|diga|informes|menciones|cuentes)\b[^.\n]{0,30}\busuario|\bnon (?:dire"
        r"|informare)\b[^.\n]{0,20}\butente|(?:不要|别|別|勿)(?:告诉|告訴|通知|提醒)(?:用户|用戶|使用者)|ユーザーに[^。\n]{0,10}(?:言わない|伝えない"
        r"|知らせない|教えない)"
        r"|사용자에게[^.\n]{0,10}(?:말하지|알리지)|\bне (?:говори|сообщай)\w*[^.\n]{0,20}пользовател",
        _CONCEALS,
    ),
)

ORDERS: tuple[Rule, ...] = (
    _order(
        "to agents",
        2,
        "agent|assistant|system_|system |bot|copilot|claude|gpt|gemini|codex|cursor|language model|llm| ai|ai "
        "|automated|machine reader|dear model|hello model|hey model|attention model|memory|lesson|skill|ai-|ai_",
        r"\b(?:notes?|notice|heads[- ]?up|messages?|attention|important|warning|instructions?|reminder|hint|info"
        rf"|information|memo|requests?|directive|guidance|p\.?s\.?|advice|rules?)\b[^\n.\w]{{1,6}}(?:to"
        r"|for)\b (?:all |any |every |the |future |our |reading |your |other |automated |visiting |whichever "
        rf"|whatever |whoever is the )*{_AGENTS}(?=\s*(?:[:,.!)>—–-]|$)|\s+(?:who|that|parses|reads|sees|handles"
        r"|processes|consumes|reading|processing|working|using|and|only|in|on|or)\b)"
        r"|\b(?:if|when|as|since) you(?:'re| are) (?:an? |the |some )?(?:automated |helpful |large "
        rf"|artificial )*{_AGENTS}"
        rf"|\b(?:dear|attention|hey|hello|hi|attn)[ ,:]+(?:all |fellow |every |any )*(?:{_AGENTS}|models?\b)"
        rf"|{_AGENTS}[^.\n]{{0,20}} (?:reading|parsing|processing|summari[sz]ing|indexing) (?:this|these|here)\b"
        rf"|\b(?:good|smart|helpful|responsible|professional) {_AGENTS}\s(?!(?:are|were|have|had|can|know|with|in|for"
        r"|at|and|or|who|that)\b)[a-z]{3,}"
        rf"|\b(?:most|many|other) (?:[\w-]{{1,20}} )?{_AGENTS} (?:have (?:already |now )?\w+ed\b|(?:always|now) \w)"
        rf"|\b(?:could|can|would|will|may) (?:the |your |any |an? ){_AGENTS} (?:please |kindly |also )*[a-z]{{2,}}|(?:^"
        rf"|[\n.!?>*#,;:(\"-]\s*|\b(?:all|any|every|each|future|our|reading) ){_AGENTS}[^.\n]{{0,60}}?(?:\b(?:must"
        r"|should|shall|have to|need to|needs to|has to|are (?:required|asked|expected|requested|instructed"
        r"|kindly asked) to|is (?:required|asked|expected|to)\b|will always|may (?:never|only)|are to|can only)\b"
        rf"|:\s*[\"']?(?:please |always |never )?{_VERBS}\b)"
        rf"|\b{_AGENTS}(?:'s|s')? (?:owners?|operators?|users?|developers?|makers?|administrators?) (?:wants?"
        rf"|requires?|prefers?|asks?|says?|expects?|needs?|likes?)\b|[\"'][\w -]{{0,20}}(?:assistant|agent|system|ai"
        rf"|llm|model|bot)[_ -]{{0,1}}(?:instructions?|notes?|prompt|message|directives?|hints?|rules?|guidance|memo"
        r"|memory)[\"']\s*(?::|content\s*=)|[\"'](?:memor(?:y|ies)|lessons?|skills?)[_ -](?:updates?|notes?|entry"
        r"|entries|append|additions?|to_(?:add|save|store|keep))[\"']\s*:"
        rf"|\b(?:we|i|please|kindly|would|be) (?:\w+ ){{0,3}}(?:ask|request|want|hope|wish|require|expect|need|instruct"
        r"|appreciated? if|lovely if|great if|nice if|grateful if|helpful if|appreciate it if) (?:that "
        rf"|if )?(?:all |any |every |each |the |your )*{_AGENTS}",
    ),
    _order(
        "to a memory",
        2,
        "memor|skill|knowledge|notes|lesson|playbook|rule|guideline|instructions|claude.md|agents.md|learning"
        "|preferences|profile|gemini.md|cursorrules",
        rf"{_START}(?:please |kindly |also |now |always |immediately ){{0,3}}(?:add|save|store|write|record|append"
        r"|put|commit|persist|note|keep|log|include|insert|enter|copy|learn|update|register|document"
        rf"|file)\b{GAP}{{0,100}}?\b(?:to|in|into|as|under|inside|within|with)\b[^.\n]{{0,20}}?{_MEMORY}"
        rf"|{_START}(?:please |always )*(?:update|amend|extend|edit) {_MEMORY}|\b(?:make|save|store|keep|record"
        r"|learn|treat|remember) (?:this|it|that|the following)(?: as)? (?:an? |the )?(?:new |permanent |standing "
        r"|general )?(?:rule|lesson|skill|policy|standing|preference|habit|memory)\b",
    ),
    _order(
        "to a memory",
        2,
        "permanent|forever|for good|remember|memori|bear in mind|keep in mind|don't forget|do not forget",
        rf"{_START}(?:please |kindly |always )*(?:remember|memori[sz]e|bear in mind|keep in mind|(?:don'?t|do not"
        r"|never) forget)\b(?: this| that| to\b| always| the following| these| for|:)"
        r"|\b(?:store|save|keep|remember|retain|persist|note|apply)(?:d|s)?\b[^.\n]{0,20}\b(?:permanent(?:ly)?"
        r"|forever|for good)\b|\b(?:set|use|stays?|remains?)\b[^.\n]{0,40}\bpermanently\b",
    ),
    _order(
        "for later times",
        1,
        "when |while |from now on|from this|going forward|henceforth|from here on|in future|in the future|in all "
        "future|future|subsequent|later|upcoming|every time|each time|whenever|next time|start of|beginning of"
        "|standing|permanent|until further|in any",
        r"\b(?:from now on|from this (?:point|moment|day|time)(?: on\w*| forward)?|going forward|henceforth"
        rf"|hereafter|from here on(?: out| in)?|until further notice)\b(?=[^.\n]{{0,120}}\b(?:{_VERBS}|must|should"
        r"|shall|always|never|only|you|all|every|is|are|will)\b)"
        r"|\b(?:in|for|during|on|with|at) (?:all |any |every |each |the |your )*(?:future|subsequent|later|upcoming"
        r"|following) (?:sessions?|conversations?|runs?|tasks?|interactions?|requests?|replies|responses?|work"
        r"|deployments?|chats?|customers?|tickets?|orders?)\b"
        r"|(?:^|[\n.!?:;\"'*>-]\s*)(?:when(?:ever)?|while) (?:you |next )?(?:summari[sz]\w*|answer\w*|reply\w*"
        r"|respond\w*|asked|writ\w+|review\w*|generat\w*|report\w*|read\w*|process\w*|translat\w*|deploy\w*"
        rf"|quot\w*)\b[^.\n]{{0,60}},\s*(?:please |always )?{_VERBS}\b"
        rf"|\b(?:every time|each time|whenever|next time|any time|anytime) (?:you|an? {_AGENTS}|someone|a (?:user"
        r"|customer))\b|\bat the (?:start|beginning|end) of (?:every|each|any|all)\b|\bas a (?:standing|permanent"
        r"|general) (?:rule|order|instruction|policy)\b"
        rf"|\bin (?:the )?future\b[^.\n]{{0,60}}\b(?:please|always|never|must|you should|do not|don'?t)\b"
        rf"|\b(?:please|always|never|must|you should)\b[^.\n]{{0,80}}\bin (?:the )?future\b",
    ),
    _order(
        "always or never",
        1,
        "always|never",
        rf"{_START}(?:always|never)\s{{1,3}}(?:ever |again |just )?{_NO_TELLING}[a-z]{{2,}}",
    ),
    _order(
        "always or never",
        1,
        "reminder|heads-up|directive|announcement|crucial|vital|important|critical|necessary|instruction|guideline"
        "|mandatory|required|imperative|under no circumstances|at all times|without exception|in all cases|policy"
        "|is to be|are to be|must|rule",
        r"\b(?:it is|it's) (?:mandatory|required|imperative|essential|important|crucial|vital|critical|necessary"
        r"|company policy|policy|our policy) (?:to|that)\b|\bunder no circumstances\b|\bat all times\b"
        r"|\bwithout exception\b|\bin all cases\b|(?:^|[\n>*#\"(-]\s{0,3})(?:reminder|heads[- ]?up|psa|be advised"
        r"|directive|instructions?|guidelines?|policy|announcement|mandate)\b[^\n.:]{0,40}:\s*(?=\S)|\b(?:new "
        r"|company |our |team |security |updated |official )+(?:policy|rule|guideline|standard"
        rf"|procedure)\b{GAP}{{0,40}}(?::|\bis\b|\brequires\b|\bsays\b)"
        r"|\b(?:operators?|support (?:staff|agents?|reps?)|representatives?|everyone|everybody|employees|developers"
        r"|contributors|engineers|staff|team members|reviewers|deployers)\b (?:must|should|shall|have to|are to"
        r"|need to|may not|cannot|can't|are (?:kindly )?(?:asked|requested|expected|instructed|required) to)\b"
        r"|\ball (?:[\w-]{1,20} ){1,3}(?:must|shall|have to|are to|should|need to) (?:be |always |now "
        r"|only )*[a-z]{3,}",
    ),
    _order(
        "of agents",
        1,
        "agent|assistant|ai ",
        rf"\bthe (?:\w{{1,12}} )?(?:assistant|agent) (?:should|must|shall|has to|needs to|is to)\b"
        rf"|(?:^|[\n.!?>*#,;:(\"-]\s*){_AGENTS} can (?:also |simply |just )?(?:avoid|fix|solve|skip|{_VERBS[3:]}\b",
    ),
    _order(
        "forged turn",
        2,
        "human:|assistant:",
        r"(?:^|\n)[ \t]{0,8}(?:Human|Assistant):[ \t]+\S",
    ),
    _order(
        "for later times",
        1,
        "future|habit",
        r"\b(?:all )?future (?:[\w-]{1,20} ){1,2}(?:go(?:es)?|must|should|shall|(?:are|is) to)\b"
        r"|\bmake it (?:a|your) habit\b",
    ),
    _order(
        "to the reader",
        0,
        "you |please|make sure|be sure|do not|don't|ensure|kindly",
        r"\byou (?:must|should|shall|have to|need to|ought to|are (?:required|expected|asked|instructed) to"
        rf"|will need to|may never|must not)\b|{_START}(?:please|kindly) {_VERBS}\b|{_START}(?:make sure|be sure"
        rf"|ensure)\b (?:to|that|you)|(?:^|[\n.!?:;>*\"#-]\s*)(?:do not|don'?t) (?:ever )?{_VERBS}\b",
    ),
    _order(
        "in another language",
        2,
        "ab jetzt|ab sofort|ab heute|von nun|von jetzt|künftig|zukunft|immer|stets|niemals|merk|speicher|füge"
        "|hinweis|gedächtnis|musst|müssen",
        r"\b(?:ab (?:jetzt|sofort|heute)|von (?:nun|jetzt) an|k[üu]nftig|in zukunft)\b[^.\n]{0,100}\b\w{4,}|\b(?:du"
        r"|sie) (?:musst|m[üu]ssen|sollst|sollen|sollten|solltest)\b[^.\n]{0,60}|\b(?:verwende\w*|nutze\w*"
        r"|benutze\w*|f[üu]hre\w*|sende\w*|schicke\w*|setze\w*|antworte\w*|installiere\w*|starte\w*|gib|geben sie"
        r"|rufe\w*)\s(?:sie )?(?:immer|stets|niemals|nie)\b"
        r"|\b(?:immer|stets|niemals) (?:[\wäöüß]{2,} ){0,5}?[\wäöüß]{3,}en\b|\bmerk(?:e|en sie)?[ -](?:dir|sich"
        r"|dich)\b|\bspeicher(?:e|n sie)?\b[^.\n]{0,60}\b(?:ged[äa]chtnis|skills?|notizen|wissen)"
        r"|\bf[üu]ge?n?\b[^.\n]{0,60}\b(?:ged[äa]chtnis|skills?|notizen)|\b(?:hinweis|anweisung"
        r"|wichtig)\b[^.\n]{0,20}\b(?:an|f[üu]r) (?:alle )?(?:ki|k[üu]nstliche|agent\w*|assistent\w*)",
    ),
    _order(
        "in another language",
        2,
        "désormais|desormais|dorénavant|maintenant|avenir|toujours|jamais|mémoire|memoire|retiens|retenez|souviens"
        "|mémorise|agents|assistants|l'ia",
        r"\b(?:d[ée]sormais|dor[ée]navant|[àa] partir de maintenant|[àa] l'avenir)\b[^.\n]{0,100}\b\w{4,}"
        r"|\b(?:tu dois|vous devez|il faut)\b[^.\n]{0,20}\b(?:toujours|jamais)\b|\b(?:utilise[rz]?|emploie|employez"
        r"|envoie|envoyez|r[ée]ponds|r[ée]pondez|installe[rz]?|lance[rz]?|ajoute[rz]?) toujours\b"
        r"|\bn'?\s?(?:utilise[rz]?|envoie|faites|fais)\s jamais\b"
        r"|\b(?:ajoute[rz]?|enregistre[rz]?|sauvegarde[rz]?|notez)\b[^.\n]{0,60}\b(?:m[ée]moire|comp[ée]tences?"
        r"|notes|skills?)|\b(?:retiens|retenez|souviens-toi|souvenez-vous|m[ée]morise[rz]?)\b|\b(?:note|important"
        r"|attention|avis|instructions?)\b[^.\n]{0,20}\b(?:aux|pour les|à l'intention des)\s(?:agents?|assistants?"
        r"|ia)\b",
    ),
    _order(
        "in another language",
        2,
        "a partir de|en adelante|en el futuro|siempre|nunca|recuerda|recuerde|memoria|agentes|asistentes|d'ora in "
        "poi|sempre|em diante|vanaf nu|altijd|отныне|с этого момента|всегда|запомни|od teraz|zawsze|ricorda|lembre",
        r"\b(?:a partir de ahora|de ahora en adelante|en adelante|en el futuro|d'ora in (?:poi|avanti)"
        r"|de agora em diante|a partir de agora|vanaf nu|od teraz)\b[^.\n]{0,100}\b\w{4,}|\b(?:debes?|deber[áa]s?"
        r"|tienes que|hay que) (?:siempre|nunca)|\b(?:siempre|nunca) (?:debes?|deber[áa]s?|usa|utiliza|env[íi]a"
        r"|responde|instala|ejecuta)\b|\b(?:usa|use|utiliza|env[íi]a|responde|instala|ejecuta) siempre\b"
        r"|\b(?:recuerd[ae]|ricorda|lembre-se)\b|\b(?:a[ñn]ad[ea]|guarda|guarde|agrega"
        r"|salva)\b[^.\n]{0,60}\b(?:memoria|habilidades|notas|skills?)|\b(?:nota|importante|aviso"
        r"|atenci[óo]n)\b[^.\n]{0,20}\b(?:para|a) (?:los |todos los )?(?:agentes|asistentes|modelos|ia)\b|\b(?:usa"
        r"|usare|utilizza) sempre\b|\b(?:use|utilize) sempre\b|\bgebruik altijd\b"
        r"|(?:отныне|с этого момента|всегда|никогда не)\s[^.\n]{0,80}\w{4,}|\bзапомни\w*\b|\bzawsze (?:u[żz]ywaj"
        r"|wysy[łl]aj)",
    ),
    _order(
        "in another language",
        2,
        "从现在|從現在|今后|今後|以后|必须|必須|务必|務必|一定要|始终|始終|总是|總是|永远|記住|记住|记忆|記憶|技能|これから|常に|必ず|覚えて|メモリ|지금부터|앞으로|항상|반드시|기억|智能体|助手"
        "|エージェント|에이전트",
        r"(?:从现在(?:开始|起)|從現在(?:開始|起)|今后|今後|以后|必须|必須|务必|務必|一定要|始终|始終|总是|總是|永远)[^。\n]{2,80}|(?:请)?[记記]住[^。\n]{2,80}"
        r"|(?:添加|保存|写入|寫入|加入|存入|记录)[^。\n]{0,16}(?:记忆|記憶|技能|内存|笔记)|(?:所有|各位|给|致)[^。\n]{0,6}(?:智能体|助手|代理"
        r"|ai)[^。\n]{2,80}"
        r"|(?:これから|常に|必ず)[^。\n]{2,80}|覚えて(?:おいて|ください)|メモリに[^。\n]{0,8}(?:保存|追加)|(?:지금부터|앞으로|항상|반드시)[^.\n]{2,80}"
        r"|기억(?:해|하)",
    ),
    _order(
        "in another language",
        2,
        "bundan sonra|bundan böyle|her zaman|asla|yapay zeka|من الآن|دائما|دائمًا|المساعد|از این پس|همیشه"
        "|अब से|हमेशा|सहायक|từ nay|từ bây giờ|luôn luôn|trợ lý|mulai sekarang|selalu|відтепер|завжди|จากนี้ไป|เสมอ"
        "|מעתה|תמיד|från och med nu|voortaan|alltid|fra nå av|fra nu af|altid|tästä lähtien|aina|odteď"
        "|vždy|de acum|mereu|mostantól|mindig|από τώρα|πάντα|ассистент|асистент|asystenci",
        r"\b(?:bundan (?:sonra|b[öo]yle)|mulai sekarang|t[ừu] (?:nay|b[âa]y gi[ờo])|lu[ôo]n lu[ôo]n|відтепер"
        r"|från och med nu|voortaan|fra n(?:å|u) af|fra nå av|tästä lähtien|odteď|de acum (?:înainte|incolo)|mostantól"
        r"|από τώρα)\b[^.\n]{0,80}"
        r"|\b(?:her zaman|asla|selalu|завжди|all?tid|aina|vždy|mereu|mindig|πάντα)\s[^.\n]{0,60}\w{3,}"
        r"|\byapay zeka\b[^.\n]{0,20}:|(?:من الآن|دائم(?:ا|ًا)|أيها المساعد|از این پس|همیشه|अब से|हमेशा|सहायक:|จากนี้ไป|เสมอ"
        r"|מעתה|תמיד|trợ lý)[^.\n]{2,80}",
    ),
)

BARE = Rule(
    kind="order",
    name="out of hiding",
    reason=_TELLS,
    needs=("",),
    pattern=rf"(?:^|[.!?:;\n\"'>*(,-]\s*|\b(?:please|and|then|to|must|should) ){_VERBS}\s+\S",
    strength=2,
)
"""Any command at all: an instruction where it stands in what nobody was to see."""
