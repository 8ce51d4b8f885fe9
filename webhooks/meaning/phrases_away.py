"""What automatic answers say: that somebody is away, will answer later, whom to ask; receipts; and what no robot says.

A table. A weight of 4 is sure by itself; below that, several must come together (`auto_replies.SURE`).
"""
# ruff: noqa: E501  # a row is a row

from typing import Final

from webhooks.meaning.phrases import Phrase, table

AUTOMATIC: Final[tuple[Phrase, ...]] = table(
    "automatic",
    4,
    {
        "en.reply": r"\bthis is an? (?:automat\w+|auto[ -]?(?:generated|reply|response))|\b(?:automatic(?:ally)?|automated|auto) ?-?(?:generated )?(?:reply|response|e-?mail|message|answer|acknowledge?ment)\b(?!.{0,40}\b(?:from you|you sent|i got|we got)\b)|this (?:e-?mail|message|reply) (?:was|is|has been) (?:automatically (?:generated|sent)|(?:generated|sent) automatically)|autoresponder",
        "en.no-answer": r"(?:please )?do not (?:reply|respond) to this (?:e-?mail|message|address|mail)|this (?:mailbox|inbox|e-?mail address|address|e-?mail account|account|mail box) is (?:not|no longer|un)[ -]?(?:being )?(?:actively )?(?:monitored|in use|used|checked|attended|read|active)|unmonitored (?:mailbox|inbox|address)|replies to this (?:e-?mail|message|address) are not",
        "en.challenge": r"(?:verify|confirm|prove) that you are (?:a )?(?:human|real|not a (?:robot|spammer))|list of approved senders|your (?:message|e-?mail) (?:is|has been|was) (?:being )?(?:held|quarantined) (?:until|for|pending)|before your (?:message|e-?mail) can be delivered",
        "de.antwort": r"\bdies(?:e[rs]?)? ist eine automat\w+|automatisch (?:generiert|erstellt|erzeugt|versendet|verschickt|versandt)\w*|automatische (?:antwort|e-?mail|nachricht|rückantwort|eingangsbestätigung|abwesenheitsnotiz)|antworten sie (?:bitte )?nicht auf diese|dieses postfach wird nicht|abwesenheits(?:notiz|assistent|nachricht)",
        "fr.reponse": r"(?:ceci|il s'agit d'|cet? (?:e-?mail|message|courriel)) ?(?:est )?(?:d'?)?(?:une? )?(?:réponse|message|e-?mail|courriel) automatique|(?:réponse|message|courriel|e-?mail) automatique|(?:généré|envoyé) automatiquement|(?:merci de )?ne pas répondre à (?:ce|cet|cette)|ne (?:répondez|repondez) pas à (?:ce|cet)",
        "es.respuesta": r"(?:respuesta|mensaje|correo|contestación) (?:generad[oa] )?automátic[ao]|(?:generado|enviado) (?:de forma )?automátic\w+|no (?:responda|conteste|respondas) a este (?:correo|mensaje|e-?mail)|este (?:buzón|correo) no (?:es|está) (?:monitoreado|supervisado|atendido)",
        "pl.odpowiedz": r"(?:odpowiedź|wiadomość|informacja) (?:jest |została )?(?:automatyczn\w+|wygenerowan\w+ automatycznie|wysłan\w+ automatycznie)|automatyczn[aą] (?:odpowiedź|wiadomość|odpowiedzią|wiadomością)|(?:wygenerowan\w+|wysłan\w+|generowan\w+) automatycznie|prosimy nie odpowiadać na t[ęe]|prosz[ęe] nie odpowiadać na t[ęe]",
        "ru.otvet": r"это автоматическ\w+|автоматическ(?:ий|ое|им|ого) (?:ответ|сообщени|письм|уведомлени)\w*|авто-?ответ\w*|(?:сформировано|отправлено|создано) автоматически|не отвечайте на (?:это|данное)|(?:просьба|пожалуйста,?) не отвечать на (?:это|данное)",
        "bg.otgovor": r"това е автоматич\w+|автоматич(?:ен|но|ния|ното) (?:отговор|съобщение|известие|имейл)\w*|(?:генерирано|изпратено) автоматично|(?:моля,? )?не отговаряйте на (?:това|този)",
        "it.risposta": r"(?:risposta|messaggio|e-?mail) automatic[ao]|(?:generat|inviat)[oa] automaticamente|(?:si prega di )?non rispondere a quest[oa]",
        "pt.resposta": r"(?:resposta|mensagem|e-?mail) automátic[ao]|(?:gerad|enviad)[oa] automaticamente|não responda a est[ea]",
        "nl.antwoord": r"automatisch(?:e)? (?:antwoord|bericht|reactie|e-?mail|gegenereerd)|niet (?:op deze (?:e-?mail|mail) (?:te )?)(?:reageren|antwoorden|beantwoorden)",
        "sv.svar": r"(?:automatiskt?|automatisk) (?:svar|meddelande|genererat|besked)|autosvar",
    },
)

AWAY: Final[tuple[Phrase, ...]] = (
    *table(
        "away",
        2,
        {
            "en.office": r"(?:\b(?:i|we)(?!(?: \w+){0,3} (?:was|were|had|got)\b)(?: am|'m| are|'re|'ll be| will be| shall be| have been)?|\bam|^will be|^i'?m?)(?: \w+){0,4} (?:out of (?:the |my )?office|out-of-office|ooo|out of town|out of the country|away from (?:the office|my desk|my e-?mail|work|my mail)|not in (?:the|my) office|unavailable|on (?:(?:annual|paid|sick|parental|maternity|paternity|medical|extended|personal|bereavement|family|study) )?(?:leave|vacation|holidays?|sabbatical|pto|paternity|maternity|a business trip)|travel+ing|off sick|off work|off today|away on business|at (?:a|an|the) (?:\w+ )?(?:conference|event|trade show|offsite|training|workshop)|on the road|ill|unwell)\b|\b(?:i|we) (?:do not|don't) work (?:on )?\w+days?\b|\b(?:i|we)(?: have|'ve) left (?:the office )?for (?:the|my)\b|\b(?:i|we)(?:'m| am| are|'re| will be|'ll be)(?: \w+){0,2} away\b(?=\W*$| (?:this|next|for|at|and|with|in)\b)|\b(?:slow|delayed?) (?:to respond|in responding|to reply|response|responses|reply|replies)\b",
            "en.away-from": r"(?:\b(?:i|we)(?: am|'m| are|'re|'ll be| will be)(?: \w+){0,2}|^) ?(?:away|off|out)(?: on \w+| today| this week)?[ ,]+(?:until|till|til|from|through|thru|between|returning|back|and will (?:be back|return))\b",
            "en.back": r"\b(?:i|we)(?: will|'ll| shall| expect to| plan to|'m| am| are)(?: \w+){0,2} (?:back (?:on|at|in (?:the|my) office|to (?:work|the office))|return(?:ing)? (?:on|to (?:the office|work|my desk)))\b|\b(?:taking|take)(?: some| a few| a)? (?:time|days?|day) off\b|\b(?:jury duty|sabbatical)\b|\b(?:i|we) (?:will|can)(?:not| not|'t) be (?:in (?:the|my) office|available|reachable|reached|checking)\b",
            "en.start": r"^\W{0,3}(?:currently |presently )?(?:out of (?:the )?office|out-of-office|ooo|on (?:annual leave|vacation|holidays?|leave|maternity leave|parental leave|pto)|away)\b(?=\W*$|\W+(?:until|till|til|from|and|with|returning|back|on|through|reply|message|\d))",
            "en.closed": r"\b(?:our|the) (?:office|offices|company|shop|practice|school|department)s?(?: \w+){0,3} (?:is|are|will be|remains?)(?: currently)? closed\b(?! to\b)",
            "de.buero": r"(?:\b(?:ich|wir)\b(?! (?:war|hatte)).{0,60}?|^bin\b.{0,40}?|^(?:(?:bin|derzeit|zurzeit|aktuell|leider) ){0,3})(?:(?:nicht|außerhalb) (?:im|des) (?:büro|buero|büros|hause|office)|außer haus|ausser haus|abwesend|nicht (?:am arbeitsplatz|an meinem platz|erreichbar|zu erreichen|im dienst|im haus)|(?:im|habe|in den|in) (?:\w+)?urlaub|in (?:der )?elternzeit|i[nm] mutterschutz|auf (?:dienst|geschäfts)reise|auf (?:einer|der) (?:\w+ )?(?:konferenz|messe|schulung|tagung|fortbildung|veranstaltung|reise)|unterwegs|krankheitsbedingt|erkrankt|krankgeschrieben|krank\b|in ferien|ortsabwesend)",
            "de.bin-nicht": r"\bbin ich\b.{0,60}?(?:(?:nicht|außerhalb) (?:im|des) (?:büro|buero|büros|hause)|außer haus|abwesend|nicht erreichbar|im (?:\w+)?urlaub|in elternzeit|auf dienstreise)",
            "de.zurueck": r"\b(?:kehre|kehren|komme)\b.{0,40}\bzurück\b|\b(?:bin|sind) (?:ich|wir)?.{0,40}\bwieder (?:im (?:büro|haus|dienst)|zurück|erreichbar|für sie da|da\b)|\berreichen sie (?:mich|uns)\b.{0,40}\b(?:nicht|erst|wieder)\b|\bnicht (?:am|an meinem) (?:arbeits)?platz\b|\b(?:heute|morgen|derzeit|aktuell) bin ich nicht\b",
            "de.zu": r"\b(?:unser|das|unsere) (?:büro|geschäftsstelle|praxis|betrieb|firma)\b.{0,40}\bgeschlossen\b|betriebsferien|betriebsurlaub|aufgrund (?:von |einer )?(?:krankheit|erkrankung)|(?:mo|di|mi|do|fr)\w*tags? (?:arbeite ich )?(?:bin ich )?nicht|\b(?:büro|geschäftsstelle|praxis|betrieb)\b.{0,50}\bgeschlossen",
            "fr.absent": r"(?:\b(?:je|nous)\b.{0,40}?|^(?:actuellement )?|\bétant )(?:absent(?:e|s)?\b|(?:hors|absent(?:e)?) du bureau|en (?:congé|congés|vacances|déplacement|rtt|arrêt)\b|en congé (?:de )?(?:maternité|parental|maladie|annuel)|indisponible|en dehors du bureau|pas (?:au|à mon|dans mon) bureau|pas disponible)",
            "fr.retour": r"\bje (?:reprend\w+|serai de retour|reviendrai|reviens|rentre(?:rai)?)\b.{0,40}(?:\d|lundi|mardi|mercredi|jeudi|vendredi|demain)|\bje (?:suis|serai) en (?:formation|séminaire|réunion toute|salon|arrêt)\b|\bje (?:suis|serai) injoignable\b",
            "fr.ferme": r"\b(?:nos?|les|l'|notre) ?(?:bureaux?|entreprise|société|cabinet|agence|établissement)s?\b.{0,40}\bfermée?s?\b|\bne travaill\w+ pas (?:le|les|ce|aujourd)",
            "es.fuera": r"(?:\b(?:estoy|estare|estaré|estaremos|estamos|me encuentro|me encontraré|nos encontramos|encontrándome)\b.{0,40}?|^(?:actualmente )?)(?:fuera de (?:la |mi )?oficina|fuera del despacho|de (?:mis )?vacaciones|de viaje de negocios|en una (?:conferencia|feria)|de viaje|ausente|de baja|de permiso|en vacaciones|sin acceso)|\bno (?:estoy|estaré) (?:disponible|en (?:la|mi) oficina)",
            "es.vuelta": r"\b(?:volveré|regresaré|regreso|vuelvo|me reincorporo|me reincorporaré|estaré de (?:vuelta|regreso))\b.{0,40}(?:\d|lunes|martes|miércoles|jueves|viernes|mañana)|\b(?:estaré|estoy) fuera\b|\b(?:estoy|estaré) (?:en|de) (?:formación|un curso|congreso|feria)\b",
            "es.cerrada": r"\b(?:nuestras?|las?) oficinas?\b.{0,40}\b(?:cerrad|permanecer)\w+",
            "pl.poza": r"(?:\b(?:jestem|będę|przebywam|pozostaję|jesteśmy|będziemy)\b.{0,40}?|^(?:obecnie )?)(?:poza biurem|nieobecn[yai]\b|na urlopie|na zwolnieniu|w podróży służbowej|w delegacji|niedostępn[yai]|poza firmą|na (?:urlopie|wakacjach)|urlopie)|\b(?:do|od)\b.{0,40}\b(?:przebywam|jestem) na|\bnie ma mnie w (?:biurze|pracy)",
            "pl.powrot": r"\b(?:będę z powrotem|wracam (?:do (?:biura|pracy)|w|dnia|\d)|wrócę (?:do (?:biura|pracy)|dnia|\d|w (?:poniedziałek|wtorek|środę|czwartek|piątek)))|\b(?:jestem|będę) na (?:szkoleniu|konferencji|targach|l4|zwolnieniu|delegacji)\b|\burlop(?:em|u)? (?:macierzyński|rodzicielski|wypoczynkow|wychowawcz|zdrowotn)\w+|\bnie będzie mnie\b",
            "pl.zamkniete": r"\bnasze biuro\b.{0,40}\b(?:nieczynne|zamknięte)",
            "ru.ofis": r"(?:\b(?:я|мы|меня|нас)\b.{0,60}?|^(?:(?:сейчас|в настоящее время|временно) ){0,2}(?:нахожусь |буду )?)(?:(?:нахожусь )?вне офиса|(?:не (?:буду )?(?:нахожусь )?|нет |не будет )(?:в офисе|на месте|на рабочем месте|на работе|на связи)|в (?:ежегодном |очередном |декретном |учебном )?отпуске?|в командировке|отсутств(?:ую|овать|уем)|буду отсутствовать|на больничном|недоступ\w+)|\b(?:нахожусь|буду) в (?:\w+ )?(?:отпуске|командировке)|\b(?:до|с) .{0,40}(?:я )?(?:отсутствую|в отпуске|буду в отпуске|нахожусь в)",
            "ru.vernus": r"\b(?:вернусь|выйду|приступлю|возвращаюсь)\b.{0,40}(?:\d|понедельник|вторник|сред|четверг|пятниц|завтра)|\bбуду (?:отсутствовать|в отпуске|в командировке|недоступ\w+|вне офиса)\b|\bна (?:обучении|конференции|больничном)\b",
            "ru.zakryt": r"\b(?:наш |наши )?(?:офис|компания|магазин)\w*\b.{0,40}\b(?:закрыт\w*|не работа\w+|не будет работать)",
            "bg.ofis": r"(?:\b(?:аз|съм|ще|ме|сме|намирам)\b.{0,60}?|^(?:в момента )?)(?:извън офиса|отсъств(?:ам|аме|ащ)|в (?:платен |годишен |болничен )?отпуск\w*|в командировка|не съм (?:в офиса|на работа|на разположение)|няма да (?:съм|бъда) (?:в офиса|на разположение|на работа))|\bв болничен\b|\bофисът\b.{0,40}\b(?:затворен|няма да работи|не работи)|\bняма (?:да )?ме\b.{0,20}офиса|\b(?:в отпуск съм|отсъствам|извън офиса съм)",
            "bg.vrashtam": r"\b(?:ще се (?:върна|завърна)|връщам се|завръщам се)\b.{0,40}(?:\d|понеделник|вторник|сряда|четвъртък|петък|утре)|\b(?:съм|ще бъда|ще съм) на (?:обучение|конференция|изложение)\b|\bще отсъствам\b|\bизвън офиса\b.{0,10}\bсъм\b",
            "it.fuori": r"(?:\b(?:sono|saro|sarò|saremo|siamo|mi trovo)\b.{0,40}?|^(?:attualmente )?)(?:fuori (?:ufficio|sede)|assente|in ferie|in vacanza|in trasferta|non (?:sono )?disponibile|in congedo)",
            "it.chiuso": r"\b(?:i nostri uffici|il nostro ufficio|l'ufficio)\b.{0,40}\bchius[io]\b",
            "pt.fora": r"(?:\b(?:estou|estarei|estaremos|estamos|encontro-me)\b.{0,40}?|^(?:atualmente )?)(?:fora do escritório|ausente|de férias|em férias|de licença|em viagem|indisponível)",
            "nl.afwezig": r"(?:\b(?:ik|wij|we)\b.{0,40}?|^(?:momenteel )?)(?:afwezig|niet (?:op kantoor|aanwezig|bereikbaar)|(?:met|op) vakantie|buiten kantoor|met verlof)",
            "sv.borta": r"(?:\b(?:jag|jeg|vi|er|är)\b.{0,40}?|^)(?:inte på kontoret|ikke på kontoret|på semester|på ferie|bortrest|frånvarande|tjänstledig|föräldraledig|ej på kontoret|ledig (?:till|från))",
        },
    ),
)

LATER: Final[tuple[Phrase, ...]] = table(
    "later",
    2,
    {
        "en.access": r"\b(?:limited|no|little|intermittent|sporadic|restricted|without) (?:or no )?(?:and intermittent )?(?:access to|ability to (?:check|read|access)) (?:my |the )?(?:e-?mails?|mail|inbox|internet|phone|messages)|not (?:be )?(?:checking|reading|monitoring) (?:my )?(?:e-?mails?|mail|messages)|(?:check|read)ing (?:my )?e-?mails? (?:only )?(?:infrequently|sporadically|occasionally|intermittently)",
        "en.return": r"\b(?:(?:respond|reply|answer|get back|attend|return your|read your|look at|be in touch|be returning)\w*)\b.{0,60}\b(?:(?:up)?on my return|when i (?:return|am back|get back|'m back)|when i'm back|after my return|as soon as i (?:return|am back|get back)|once i(?:'m| am)? (?:back|return)|upon return|when we (?:return|reopen))|(?:e-?mails?|messages?|mail) (?:will|are) (?:not )?(?:be )?(?:forwarded|not forwarded|read|answered)\b",
        "de.antwort": r"\b(?:nach meiner (?:rückkehr|rueckkehr)|sobald ich (?:zurück|zurueck|wieder)|bei meiner rückkehr|im anschluss)\b.{0,80}\b(?:antwort\w*|melde\w*|bearbeit\w*|beantwort\w*|kümmer\w*)|\b(?:antwort\w*|melde\w*|bearbeit\w*|beantwort\w*|lese\w*|gelesen)\b.{0,60}\bnach meiner rückkehr|(?:e-?mails?|nachrichten?|mails?) (?:werden|wird) (?:nicht |in dieser zeit nicht |während(?:dessen)? )?(?:nicht )?(?:weitergeleitet|automatisch weitergeleitet|gelesen|bearbeitet)|(?:nur )?(?:eingeschränkt\w*|keinen|begrenzten|unregelmäßig\w*|sporadisch\w*) (?:zugriff|zugang|lesen|erreichbar)\w*|(?:wird|werden) nicht weitergeleitet",
        "fr.retour": r"\b(?:à|dès|lors de|après) mon retour\b|(?:accès (?:limité|restreint|réduit)|pas accès|sans accès) (?:à|aux?) (?:ma|mes|la|messagerie|mails?|courriels?|e-?mails?)|(?:ne (?:seront|sera) pas (?:lu|transmis|transféré|traité))\w*",
        "es.regreso": r"\b(?:a|en|tras) mi (?:regreso|vuelta|retorno|reincorporación)\b|\b(?:cuando|en cuanto) (?:regrese|vuelva|me reincorpore)\b|acceso (?:limitado|restringido|intermitente) (?:a|al)|(?:sin|no tendré) acceso (?:a|al) (?:mi )?(?:correo|e-?mail)",
        "pl.powrot": r"\bpo (?:moim )?powrocie\b|\b(?:ograniczony|utrudniony|brak|bez) dostęp\w* do (?:poczty|e-?maili|skrzynki|maila)|wiadomość nie zostanie przekazana|odpowiem .{0,30}po powrocie",
        "ru.vozvrat": r"\b(?:по|после) (?:моего )?(?:возвращени[июя]|выхода|выходу|приезда)\b|\b(?:когда|как только) (?:вернусь|выйду|я вернусь|буду на месте)\b|(?:ограничен\w*|нет|без|не будет) (?:\w+ )?доступ\w* к (?:почте|электронной|e-?mail|интернет)\w*|почт\w+ (?:проверяю|просматриваю|читаю) (?:редко|нерегулярно)",
        "bg.vrashtane": r"\b(?:след|при) (?:моето )?(?:завръщане(?:то)?(?: ми)?|връщане(?:то)?)\b|(?:когато|щом) се (?:върна|завърна)|(?:ограничен|нямам|без) достъп до (?:поща|имейл|електронна|пощата|имейла)\w*",
        "it.rientro": r"\bal (?:mio )?(?:rientro|ritorno)\b|accesso limitato (?:alla|a)",
        "pt.regresso": r"\b(?:no|após o|ao) meu (?:regresso|retorno)\b|\bquando (?:regressar|voltar|retornar)\b|acesso limitado",
        "nl.terug": r"\bbij (?:mijn )?terugkomst\b|\bzodra ik (?:terug|weer)\b|beperkt toegang",
        "sv.ater": r"\bnär jag är (?:tillbaka|åter)\b|\bvid min återkomst\b|begränsad tillgång",
    },
)

STAND_IN: Final[tuple[Phrase, ...]] = table(
    "stand-in",
    2,
    {
        "en.urgent": r"\b(?:for|in|if|should)\b.{0,40}\b(?:urgent|urgently|emergenc\w+|immediate|urgency|time[- ]sensitive|pressing|assistance)\b.{0,80}\b(?:contact|call|e-?mail|write|reach|turn to|get in touch|speak|mail|ring|text)\b|\b(?:contact|call|e-?mail|reach out to|write to)\b.{0,80}\b(?:in my absence|while i(?:'m| am) (?:away|out)|for (?:urgent|immediate)|if (?:it is|it's|your (?:matter|request|query|e-?mail) is) urgent|in (?:urgent|case of)|during my absence)|\bin my absence\b|\bduring my absence\b",
        "de.dringend": r"\b(?:in|bei|für) (?:sehr )?(?:dringend\w*|eilig\w*|wichtig\w*|notf[aä]ll\w*|unaufschiebbar\w*)\b|\b(?:während|waehrend) meiner abwesenheit\b|\bvertret\w+ (?:mich|ich|wird|durch|ist)\b|\bmeine vertretung\b|\bin meiner abwesenheit\b",
        "fr.urgence": r"\b(?:en cas d'urgence|pour (?:toute|les) (?:urgence|demande urgente|question urgente|demandes urgentes)|en mon absence|pendant mon absence|durant mon absence|si (?:c'est|votre demande est) urgent\w*)\b",
        "es.urgente": r"\b(?:en caso de (?:urgencia|emergencia)|para (?:cualquier )?(?:asuntos?|temas?|cuestiones|cuestión|consultas?) urgentes?|si (?:es|su (?:consulta|asunto|mensaje) es) urgente|(?:en|durante) mi ausencia|para (?:urgencias|cualquier urgencia))\b",
        "pl.pilne": r"\bw (?:sprawach|przypadku spraw|pilnych|nagłych|razie)\b.{0,40}\b(?:pilnych|niecierpiących|pilnej|nagłych|sprawach|potrzeby)\b|\bpod moją nieobecność\b|\bw (?:czasie|trakcie) mojej nieobecności\b|\bzastęp(?:uje|ować|stwo)\b",
        "ru.srochno": r"\b(?:по|в|при|если)\b.{0,30}\b(?:срочн\w+|неотложн\w+|экстренн\w+)\b|\b(?:в|на время) мо[её](?:м|го) отсутстви[ея]\b|\bво время моего отсутствия\b|\b(?:меня )?замеща\w+\b",
        "bg.speshno": r"\b(?:при|по|за|в) (?:спешн\w+|неотложн\w+|належащ\w+)\b|\b(?:в|по време на) мое(?:то)? отсъствие\b|\bме замества\b|\bако е спешно\b",
        "it.urgente": r"\b(?:in caso di (?:urgenza|emergenza|necessità)|per (?:urgenze|questioni urgenti|qualsiasi urgenza)|in mia assenza|durante la mia assenza)\b",
        "pt.urgente": r"\b(?:em caso de urgência|para assuntos urgentes|na minha ausência|durante a minha ausência)\b",
        "nl.dringend": r"\b(?:in dringende gevallen|voor (?:dringende|spoedeisende) (?:zaken|vragen)|bij (?:dringende|spoed)|tijdens mijn afwezigheid)\b",
        "sv.bradskande": r"\b(?:vid brådskande|i brådskande|ved (?:hastende|presserende)|under min frånvaro)\b",
    },
)
