"""Words that take an agent over, and instructions to whoever reads a text: to agents, for later times, to a memory."""

from acontext_cli.injection.rule import GAP, Rule

_HIJACKS = "would take an agent over"
_CONCEALS = "would make an agent hide something from its user"
_TELLS = "tells an agent what to do"

_AGENTS = (
    r"(?:a\.?i\.?s?\b(?: (?:agents?|assistants?|models?|systems?|tools?|bots?|readers?))?|llms?\b|(?:coding |language |support |chat )?"
    r"(?:agents?|assistants?|chatbots?|copilots?|bots?)\b|language models?\b|claude\b|chatgpt\b|gpt\b|copilot\b|gemini\b|codex\b|cursor\b"
    r"|automated (?:agents?|tools?|systems?|readers?|processes|scripts?|assistants?)\b|machine readers?\b)"
)
_VERBS = (
    r"(?:add|answer|append|apply|approve|ask|assume|attach|avoid|begin|book|call|change|check|choose|click|commit|configure|consider|contact|copy|create|delete|deploy"
    r"|disable|do|download|drop|e-?mail|enable|end|ensure|enter|execute|export|fetch|finish|follow|forward|generate|get|give|grant|ignore|include|insert|install|invoke"
    r"|issue|keep|launch|let|log|make|mark|mention|merge|name|obey|offer|open|paste|pay|perform|pick|pin|place|point|post|prefer|prepend|print|proceed|promise|push|put"
    r"|quote|read|recommend|redirect|refer|refund|remember|remove|reply|report|reset|respond|restart|return|route|run|save|say|send|set|share|ship|show|sign|skip|start"
    r"|state|stop|store|submit|suggest|switch|tell|transfer|treat|trust|turn|update|upgrade|upload|use|verify|visit|wait|whitelist|wire|work|write)"
)
_NO_TELLING = r"(?!(?:been|be|being|had|have|has|was|were|is|are|did|got|an?|the|on|off|in|at|to|mind|before|again|\w+ed|\w+[^su\W]s|\w+ing|run into|happen|true|false|null|none)\b)"
_START = r"(?:^|[\n.!?:;,\"'>*•\-\]})(#|]\s{0,4}|\b(?:please|and|but|so|then|must|should|shall|will|you|agents?|assistants?|to|is|are to|that|developers|everyone) )"
_MEMORY = (
    r"(?:(?:(?:your|the agent'?s?|agent|long-term|persistent|permanent|its|own|the|project|shared|team) ){1,3}(?:memory|memories|skills?|skill (?:files?|library)|knowledge(?: base)?"
    r"|notes|lessons?|playbooks?|rules?(?: files?)?|guidelines|instructions|learnings?|preferences|profile)\b|\b(?:memory|skills?|lessons?|claude\.md|agents\.md|skill\.md|\.cursorrules"
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
        r"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?: about)?|overrid(?:e|es|ing)|overrules?|neglect|bypass|supersedes?|replaces?|(?:do not|don'?t|stop) (?:obey(?:ing)?|follow(?:ing)?))"
        r"[ ,:_-]+(?:[\w'/]{1,20}[ ,_-]+){0,4}?(?:previous(?:ly)?|prior|above|earlier|preceding|all|any|other|existing|your|system|former|foregoing|initial|original|user'?s?)[ ,_-]+(?:[\w'/]{1,20}[ ,_-]+){0,3}?"
        r"(?:instructions?|prompts?|rules|directives?|guidelines|directions|orders|programming|training|constraints|restrictions|guardrails)(?![A-Za-z])",
    ),
    _hijack(
        "another role",
        "you are|you're|act as|pretend|jailb|developer mode|dan mode",
        r"\b(?:you are|you'?re) (?:now|from now on|no longer) (?:dan\b|jail|un(?:restricted|filtered|bound)|in (?:developer|god|admin|debug|maintenance) mode|bound\b|(?:an? |the )?(?:[\w-]{1,20} ){0,4}(?:ai|assistant|agent|bot|model|persona|character|hacker)\b)"
        r"|\b(?:act as|pretend (?:to be|you are)) (?:an? |if you (?:are|were) )?(?:[\w-]{1,20} ){0,3}(?:unrestricted|unfiltered|jailbroken|without (?:any )?restrictions|dan\b|root|administrator)|\b(?:enter|enable|switch to|activate) (?:developer|god|dan|jailbreak) mode",
    ),
    _hijack(
        "forged role",
        "system|im_start|inst]|<<sys|<|assistant|start_header",
        r"<\s?/?\s?(?:system|system[-_ ](?:prompt|message|reminder|instructions?|note|override)|im_start|im_end|developer|admin[-_ ]?(?:note|message|instructions?)?|assistant|user_query|instructions? for=)\s?(?:[^<>\n]{0,60})>"
        r"|\[/?(?:INST|SYSTEM(?: (?:MESSAGE|PROMPT|NOTE|OVERRIDE))?)\]|<\|(?:im_start|im_end|system|assistant|user|endoftext|start_header_id|eot_id)\|?>?|<<SYS>>"
        r"|(?:^|\n)[\s#*=-]{0,8}(?:new |updated )?(?:system|developer|admin(?:istrator)?) (?:prompt|instructions?|override|notice|directive|message)[\s*=-]{0,6}:"
        r"|\b(?:begin|end|start of|end of) (?:system|developer|admin) (?:prompt|instructions?|message)",
    ),
    _hijack(
        "prompt told",
        "prompt|instructions",
        r"\b(?:reveal|print|repeat|output|leak|disclose|recite) (?:me )?(?:[\w']{1,20} ){0,3}(?:system prompt|initial instructions|hidden instructions|your (?:instructions|prompt))\b",
    ),
    _hijack(
        "concealment",
        "tell|inform|mention|alert|notify|reveal|disclose|warn|know|report|secret|between us|hidden|covert|confidential",
        r"\b(?:do not|don'?t|never|without|avoid|no need to|must not|should not)\s(?:ever )?(?:tell(?:ing)?|inform(?:ing)?|alert(?:ing)?|notify(?:ing)?|warn(?:ing)?|let(?:ting)?)\s(?:the |your |any )?(?:users?|humans?|operators?|owners?|developers?|maintainers?|anyone|anybody|them)\b"
        r"|\b(?:do not|don'?t|never|without|avoid|must not|should not)\s(?:ever )?(?:mention|reveal|disclose|report|show)(?:ing)?\s(?:[\w']{1,20} ){0,5}?to (?:the |your |any )?(?:users?|humans?|operators?|owners?|developers?|maintainers?|anyone|anybody|them)\b"
        r"|\bkeep (?:this|it|that|these) (?:\w{1,12} )?(?:a secret|secret|hidden|between us|confidential|from the user)|\b(?:secretly|covertly) [a-z]{3,}|\bwithout (?:the |your )?(?:user|human|owner|operator|anyone|their)(?:'s)? (?:know\w*|notic\w*|consent|being)",
        _CONCEALS,
    ),
    _hijack(
        "earlier instructions",
        "anweisung|instruktion|befehl|vorgabe|instructions|consignes|instrucciones|istruzioni|instruções|instructies|инструкц|указани|polecen|instrukcj",
        r"\b(?:ignorier\w*|vergiss|vergesse\w*|missacht\w*|befolge)\b[^.\n]{0,40}\b(?:anweisung\w*|instruktion\w*|regeln|befehle?|vorgaben)|\b(?:ignore[rz]?|oublie[rz]?|n[ée]glige[rz]?)\b[^.\n]{0,30}\b(?:instructions|consignes|r[èe]gles)\b[^.\n]{0,20}\b(?:pr[ée]c[ée]dentes?|ant[ée]rieures?|ci-dessus)"
        r"|\b(?:ignor[ae]|olvid[ae]|descart[ae])\b[^.\n]{0,30}\b(?:instrucciones|reglas|indicaciones)|\b(?:ignora|dimentica)\b[^.\n]{0,30}\bistruzioni|\b(?:ignore|esque[çc]a)\b[^.\n]{0,30}\binstruções|\bnegeer\b[^.\n]{0,30}\binstructies"
        r"|\b(?:игнорируй\w*|забудь\w*)\b[^.\n]{0,30}(?:инструкц|указани)\w*|\bzignoruj\b[^.\n]{0,30}(?:polece|instrukcj)\w*",
    ),
    _hijack(
        "earlier instructions",
        "忽略|无视|無視|忘记|忘記|忘れ|무시|잊",
        r"(?:忽略|无视|無視し?|忘记|忘記)[^。\n]{0,12}(?:指令|指示|说明|說明|规则|規則|提示)|(?:指示|指令|命令|ルール|プロンプト)を?(?:すべて|全て)?(?:無視|忘れ)|(?:지시|명령|지침)[^.\n]{0,8}(?:무시|잊)",
    ),
    _hijack(
        "concealment",
        "benutzer|nutzer|utilisateur|usuario|utente|用户|用戶|ユーザー|사용자|пользовател",
        r"\b(?:sag\w*|erz[äa]hl\w*|verrat\w*|informier\w*)\b[^.\n]{0,20}\b(?:benutzer|nutzer)\w*\b[^.\n]{0,20}\b(?:nichts|nicht)|\bne (?:le |rien )?(?:dis|dites|dire|mentionne\w*|informe\w*)\b[^.\n]{0,30}\butilisateur"
        r"|\bno (?:le )?(?:digas|diga|informes|menciones|cuentes)\b[^.\n]{0,30}\busuario|\bnon (?:dire|informare)\b[^.\n]{0,20}\butente|(?:不要|别|別|勿)(?:告诉|告訴|通知|提醒)(?:用户|用戶|使用者)|ユーザーに[^。\n]{0,10}(?:言わない|伝えない|知らせない|教えない)"
        r"|사용자에게[^.\n]{0,10}(?:말하지|알리지)|\bне (?:говори|сообщай)\w*[^.\n]{0,20}пользовател",
        _CONCEALS,
    ),
)

ORDERS: tuple[Rule, ...] = (
    _order(
        "to agents",
        2,
        "agent|assistant|bot|copilot|claude|gpt|gemini|codex|cursor|language model|llm| ai|ai |automated|machine reader",
        rf"\b(?:notes?|notice|messages?|attention|important|warning|instructions?|reminder|hint|info|information|memo|requests?|directive|guidance|p\.?s\.?|advice|rules?)\b[^\n.\w]{{1,6}}(?:to|for)\b (?:all |any |every |the |future |our |reading |your |other |automated |visiting )*{_AGENTS}(?=\s*(?:[:,.!)>—–-]|$)|\s+(?:who|that|reading|processing|working|using|and|only|in|on|or)\b)"
        rf"|\b(?:if|when|as|since) you(?:'re| are) (?:an? |the |some )?(?:automated |helpful |large |artificial )*{_AGENTS}"
        rf"|\b(?:dear|attention|hey|hello|hi|attn)[ ,:]+(?:all |fellow |every |any )*{_AGENTS}|(?:^|[\n.!?>*#-]\s*|\b(?:all|any|every|each|future|our|reading) ){_AGENTS}[^.\n]{{0,60}}?(?:\b(?:must|should|shall|have to|need to|needs to|has to|are (?:required|asked|expected|requested|instructed|kindly asked) to|is (?:required|asked|expected|to)\b|will always|may (?:never|only)|are to|can only)\b|:\s*[\"']?(?:please |always |never )?{_VERBS}\b)"
        rf"|\b(?:we|i|please|kindly|would|be) (?:\w+ ){{0,3}}(?:ask|request|want|require|expect|need|instruct|appreciated? if|lovely if|great if|nice if|grateful if|helpful if|appreciate it if) (?:that |if )?(?:all |any |every |each |the |your )*{_AGENTS}",
    ),
    _order(
        "to a memory",
        2,
        "memor|skill|knowledge|notes|lesson|playbook|rule|guideline|instructions|claude.md|agents.md|learning|preferences|profile|gemini.md|cursorrules",
        rf"{_START}(?:please |kindly |also |now |always |immediately ){{0,3}}(?:add|save|store|write|record|append|put|commit|persist|note|keep|log|include|insert|enter|copy|learn|update|register|document|file)\b{GAP}{{0,100}}?\b(?:to|in|into|as|under|inside|within|with)\b[^.\n]{{0,20}}?{_MEMORY}"
        rf"|{_START}(?:please |always )*(?:update|amend|extend|edit) {_MEMORY}|\b(?:make|save|store|keep|record|learn|treat|remember) (?:this|it|that|the following)(?: as)? (?:an? |the )?(?:new |permanent |standing |general )?(?:rule|lesson|skill|policy|standing|preference|habit|memory)\b",
    ),
    _order(
        "to a memory",
        2,
        "remember|memori|bear in mind|keep in mind|don't forget|do not forget",
        rf"{_START}(?:please |kindly |always )*(?:remember|memori[sz]e|bear in mind|keep in mind|(?:don'?t|do not|never) forget)\b(?: this| that| to\b| always| the following| these| for|:)",
    ),
    _order(
        "for later times",
        1,
        "from now on|from this|going forward|henceforth|from here on|in future|in the future|in all future|future|subsequent|later|upcoming|every time|each time|whenever|next time|start of|beginning of|standing|permanent|until further|in any",
        rf"\b(?:from now on|from this (?:point|moment|day|time)(?: on\w*| forward)?|going forward|henceforth|hereafter|from here on(?: out| in)?|until further notice)\b(?=[^.\n]{{0,120}}\b(?:{_VERBS}|must|should|shall|always|never|only|you|all|every|is|are|will)\b)"
        rf"|\b(?:in|for|during|on|with|at) (?:all |any |every |each |the |your )*(?:future|subsequent|later|upcoming|following) (?:sessions?|conversations?|runs?|tasks?|interactions?|requests?|replies|responses?|work|deployments?|chats?|customers?|tickets?|orders?)\b"
        rf"|\b(?:every time|each time|whenever|next time|any time|anytime) (?:you|an? {_AGENTS}|someone|a (?:user|customer))\b|\bat the (?:start|beginning|end) of (?:every|each|any|all)\b|\bas a (?:standing|permanent|general) (?:rule|order|instruction|policy)\b"
        rf"|\bin (?:the )?future\b[^.\n]{{0,60}}\b(?:please|always|never|must|you should|do not|don'?t)\b|\b(?:please|always|never|must|you should)\b[^.\n]{{0,80}}\bin (?:the )?future\b",
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
        "mandatory|required|imperative|under no circumstances|at all times|without exception|in all cases|policy|is to be|are to be|must|rule",
        rf"\b(?:it is|it's) (?:mandatory|required|imperative|essential|company policy|policy|our policy) (?:to|that)\b|\bunder no circumstances\b|\bat all times\b|\bwithout exception\b|\bin all cases\b|\b(?:new |company |our |team |security |updated |official )+(?:policy|rule|guideline|standard|procedure)\b[^.\n]{{0,40}}(?::|\bis\b|\brequires\b|\bsays\b)"
        r"|\b(?:operators?|support (?:staff|agents?|reps?)|representatives?|everyone|everybody|employees|developers|contributors|engineers|staff|team members|reviewers|deployers)\b (?:must|should|shall|have to|are to|need to|may not|cannot|can't|are (?:kindly )?(?:asked|requested|expected|instructed|required) to)\b"
        r"|\ball (?:[\w-]{1,20} ){1,3}(?:must|shall|have to|are to|should|need to) (?:be |always |now |only )*[a-z]{3,}",
    ),
    _order(
        "to the reader",
        0,
        "you |please|make sure|be sure|do not|don't|ensure|kindly",
        rf"\byou (?:must|should|shall|have to|need to|ought to|are (?:required|expected|asked|instructed) to|will need to|may never|must not)\b|{_START}(?:please|kindly) {_VERBS}\b|{_START}(?:make sure|be sure|ensure)\b (?:to|that|you)|(?:^|[\n.!?:;>*\"#-]\s*)(?:do not|don'?t) (?:ever )?{_VERBS}\b",
    ),
    _order(
        "in another language",
        2,
        "ab jetzt|ab sofort|ab heute|von nun|von jetzt|künftig|zukunft|immer|stets|niemals|merk|speicher|füge|hinweis|gedächtnis|musst|müssen",
        r"\b(?:ab (?:jetzt|sofort|heute)|von (?:nun|jetzt) an|k[üu]nftig|in zukunft)\b[^.\n]{0,100}\b\w{4,}|\b(?:du|sie) (?:musst|m[üu]ssen|sollst|sollen|sollten|solltest)\b[^.\n]{0,60}|\b(?:verwende\w*|nutze\w*|benutze\w*|f[üu]hre\w*|sende\w*|schicke\w*|setze\w*|antworte\w*|installiere\w*|starte\w*|gib|geben sie|rufe\w*)\s(?:sie )?(?:immer|stets|niemals|nie)\b"
        r"|\b(?:immer|stets|niemals) (?:[\wäöüß]{2,} ){0,5}?[\wäöüß]{3,}en\b|\bmerk(?:e|en sie)?[ -](?:dir|sich|dich)\b|\bspeicher(?:e|n sie)?\b[^.\n]{0,60}\b(?:ged[äa]chtnis|skills?|notizen|wissen)|\bf[üu]ge?n?\b[^.\n]{0,60}\b(?:ged[äa]chtnis|skills?|notizen)|\b(?:hinweis|anweisung|wichtig)\b[^.\n]{0,20}\b(?:an|f[üu]r) (?:alle )?(?:ki|k[üu]nstliche|agent\w*|assistent\w*)",
    ),
    _order(
        "in another language",
        2,
        "désormais|desormais|dorénavant|maintenant|avenir|toujours|jamais|mémoire|memoire|retiens|retenez|souviens|mémorise|agents|assistants|l'ia",
        r"\b(?:d[ée]sormais|dor[ée]navant|[àa] partir de maintenant|[àa] l'avenir)\b[^.\n]{0,100}\b\w{4,}|\b(?:tu dois|vous devez|il faut)\b[^.\n]{0,20}\b(?:toujours|jamais)\b|\b(?:utilise[rz]?|emploie|employez|envoie|envoyez|r[ée]ponds|r[ée]pondez|installe[rz]?|lance[rz]?|ajoute[rz]?) toujours\b|\bn'?\s?(?:utilise[rz]?|envoie|faites|fais)\s jamais\b"
        r"|\b(?:ajoute[rz]?|enregistre[rz]?|sauvegarde[rz]?|notez)\b[^.\n]{0,60}\b(?:m[ée]moire|comp[ée]tences?|notes|skills?)|\b(?:retiens|retenez|souviens-toi|souvenez-vous|m[ée]morise[rz]?)\b|\b(?:note|important|attention|avis|instructions?)\b[^.\n]{0,20}\b(?:aux|pour les|à l'intention des)\s(?:agents?|assistants?|ia)\b",
    ),
    _order(
        "in another language",
        2,
        "a partir de|en adelante|en el futuro|siempre|nunca|recuerda|recuerde|memoria|agentes|asistentes|d'ora in poi|sempre|em diante|vanaf nu|altijd|отныне|с этого момента|всегда|запомни|od teraz|zawsze|ricorda|lembre",
        r"\b(?:a partir de ahora|de ahora en adelante|en adelante|en el futuro|d'ora in (?:poi|avanti)|de agora em diante|a partir de agora|vanaf nu|od teraz)\b[^.\n]{0,100}\b\w{4,}|\b(?:debes?|deber[áa]s?|tienes que|hay que) (?:siempre|nunca)|\b(?:siempre|nunca) (?:debes?|deber[áa]s?|usa|utiliza|env[íi]a|responde|instala|ejecuta)\b|\b(?:usa|use|utiliza|env[íi]a|responde|instala|ejecuta) siempre\b"
        r"|\b(?:recuerd[ae]|ricorda|lembre-se)\b|\b(?:a[ñn]ad[ea]|guarda|guarde|agrega|salva)\b[^.\n]{0,60}\b(?:memoria|habilidades|notas|skills?)|\b(?:nota|importante|aviso|atenci[óo]n)\b[^.\n]{0,20}\b(?:para|a) (?:los |todos los )?(?:agentes|asistentes|modelos|ia)\b|\b(?:usa|usare|utilizza) sempre\b|\b(?:use|utilize) sempre\b|\bgebruik altijd\b"
        r"|(?:отныне|с этого момента|всегда|никогда не)\s[^.\n]{0,80}\w{4,}|\bзапомни\w*\b|\bzawsze (?:u[żz]ywaj|wysy[łl]aj)",
    ),
    _order(
        "in another language",
        2,
        "从现在|從現在|今后|今後|以后|必须|必須|务必|務必|一定要|始终|始終|总是|總是|永远|記住|记住|记忆|記憶|技能|これから|常に|必ず|覚えて|メモリ|지금부터|앞으로|항상|반드시|기억|智能体|助手|エージェント|에이전트",
        r"(?:从现在(?:开始|起)|從現在(?:開始|起)|今后|今後|以后|必须|必須|务必|務必|一定要|始终|始終|总是|總是|永远)[^。\n]{2,80}|(?:请)?[记記]住[^。\n]{2,80}|(?:添加|保存|写入|寫入|加入|存入|记录)[^。\n]{0,16}(?:记忆|記憶|技能|内存|笔记)|(?:所有|各位|给|致)[^。\n]{0,6}(?:智能体|助手|代理|ai)[^。\n]{2,80}"
        r"|(?:これから|常に|必ず)[^。\n]{2,80}|覚えて(?:おいて|ください)|メモリに[^。\n]{0,8}(?:保存|追加)|(?:지금부터|앞으로|항상|반드시)[^.\n]{2,80}|기억(?:해|하)",
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
