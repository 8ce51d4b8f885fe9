"""Receipts, leavers, moved addresses, thanks: what automatic answers say besides absence; and what only people say.

A table. `human` rows have a weight below zero: they speak against a machine.
"""
# ruff: noqa: E501  # a row is a row

from typing import Final

from webhooks.meaning.phrases import Phrase, table

RECEIPTS: Final[tuple[Phrase, ...]] = (
    *table(
        "receipt",
        3,
        {
            "en.ticket": r"\b(?:ticket|case|request|reference|enquiry|inquiry) (?:(?:id|number|no\.?|#|has been|was|is) ?){1,3}[:#]?\s*(?:\w*\d\w*|created|opened|received|registered|logged|assigned)|a (?:new )?(?:support )?(?:ticket|case) (?:has been|was)",
            "en.soon": r"\b(?:we|our team|a (?:member|representative|colleague|specialist)(?: of our team)?|someone|one of our \w+(?: \w+)?|an agent|our (?:support|sales|customer)\w*(?: \w+){0,2})(?: from our team)? (?:will|aim to|try to|strive to|shall|endeavou?r to)(?: \w+){0,2} (?:respond|reply|get back|answer|be in touch|contact you|review|process|reach out)\b.{0,80}\b(?:as soon as possible|shortly|soon|within|business (?:day|hour)s?|working (?:day|hour)s?|hours|asap)\b",
            "en.important": r"\byour (?:e-?mail|mail|message|enquiry|inquiry|request|business|feedback|interest)s? (?:is|are) (?:very |extremely )?(?:important|valuable) (?:to|for) us\b",
            "en.received": r"\b(?:we(?:'ve| have)?|has been|was|have been) (?:successfully )?(?:received|registered|logged)\b.{0,60}\b(?:your (?:e-?mail|mail|message|request|enquiry|inquiry|ticket|application|submission)|by our)|your (?:e-?mail|mail|message|request|enquiry|inquiry|application|submission) (?:has been|was) (?:successfully )?(?:received|registered|forwarded|logged)|(?:this|we) (?:is to |are writing to )?(?:confirm|acknowledge)s? (?:the )?receipt of your|we have received your",
            "de.eingang": r"\b(?:ihre|deine) (?:e-?mail|mail|nachricht|anfrage|ticket|anliegen)\b.{0,40}\b(?:erhalten|eingegangen|empfangen|bearbeite\w*|registriert|weitergeleitet)\b|\bwir (?:werden|melden|bearbeiten|kümmern|antworten|bemühen)\b.{0,100}\b(?:schnellstmöglich|so schnell wie möglich|umgehend|in kürze|innerhalb|werktag\w*|zeitnah|baldmöglichst|kürze)\b|ticket-?(?:nummer|id|nr)|ihre (?:anfrage|nachricht|e-?mail) ist uns (?:sehr )?wichtig",
            "fr.recu": r"\bnous avons (?:bien )?(?:reçu|pris en compte) (?:votre|ta)|votre (?:demande|message|courriel|e-?mail) (?:a bien été|a été|est) (?:bien )?(?:reçue?|enregistrée?|prise? en|transmise?|importante?)|\bnous (?:vous répondrons|vous recontacterons|reviendrons vers vous|traiterons)\b.{0,60}(?:délais|plus vite|plus tôt|heures|possible|bientôt|rapidement)|accusé de réception|numéro de (?:ticket|dossier)",
            "es.recibido": r"\bhemos recibido (?:su|tu)|\b(?:su|tu) (?:mensaje|solicitud|consulta|correo|e-?mail) (?:ha sido|fue|es|se ha) (?:muy )?(?:recibid\w+|registrad\w+|importante)|\b(?:nos pondremos en contacto|le responderemos|te responderemos|le contestaremos|le atenderemos)\b.{0,80}(?:posible|brevedad|pronto|horas|días)|número de (?:ticket|caso)|acuse de recibo",
            "pl.otrzymalismy": r"\b(?:otrzymaliśmy|odebraliśmy|zarejestrowaliśmy) (?:twoj\w+|twój|państwa|pana|zgłoszenie|wiadomość)|(?:zgłoszenie|wiadomość|zapytanie) (?:zostało|została) (?:przyjęt\w+|zarejestrowan\w+|odebran\w+|otrzyman\w+)|\b(?:odpowiemy|skontaktujemy się|odezwiemy się|postaramy się)\b.{0,80}(?:szybko|szybciej|wkrótce|godzin|najszybciej|krótce|dni roboczych)|numer zgłoszenia|twoja wiadomość jest dla nas ważna",
            "ru.polucheno": r"\b(?:мы )?(?:получили|приняли|зарегистрировали) ваш\w*|ваш\w* (?:обращени\w+|заявк\w+|запрос\w*|письм\w+|сообщени\w+) (?:\w+ )?(?:принят\w+|получен\w+|зарегистрирован\w+|передан\w+|важн\w+|очень важн\w+)|\b(?:мы |наш\w* \w+ )?(?:ответим|свяжемся|свяжется|ответит|постараемся)\b.{0,80}(?:ближайшее|течение|скор\w+|возможн\w+|рабоч\w+|как можно)|номер (?:обращения|заявки|тикета|запроса)|присвоен номер",
            "bg.polucheno": r"\b(?:получихме|приехме|регистрирахме) ваш\w+|ваш\w+ (?:запитване|съобщение|заявка|имейл|писмо) (?:е|беше|бе) (?:\w+ )?(?:получен\w+|приет\w+|регистриран\w+|важн\w+)|\bще (?:се свържем|ви отговорим|отговорим)\b.{0,80}(?:възможно|скоро|кратък|рамките|часа|работни)",
            "it.ricevuto": r"\babbiamo ricevuto (?:la (?:sua|tua|vostra)|il (?:suo|tuo|vostro))|(?:risponderemo|la contatteremo|ti contatteremo)\b.{0,80}(?:prima possibile|presto|breve|ore)",
            "pt.recebido": r"\brecebemos (?:a |o )?(?:sua|seu|tua|teu)|(?:responderemos|entraremos em contato|entraremos em contacto)\b.{0,80}(?:possível|breve|horas)",
            "nl.ontvangen": r"\b(?:wij|we) hebben (?:uw|je|jouw) (?:bericht|e-?mail|vraag|aanvraag|mail)\b.{0,40}ontvangen|nemen .{0,40}contact met (?:u|je) op",
            "sv.mottagit": r"\bvi har (?:mottagit|tagit emot|fått|modtaget) (?:ditt|din|dit)",
        },
    ),
    *table(
        "moved",
        3,
        {
            "en.address": r"\b(?:my|our|this) (?:e-?mail )?(?:address|mailbox|account|domain)\b.{0,30}\b(?:has changed|have changed|has been changed|is no longer (?:valid|active|in use|used)|is changing|has been (?:deactivated|closed|retired|discontinued|decommissioned))|(?:please )?(?:update your (?:address book|contacts|records)|use my new (?:e-?mail )?address|note my new)|my new (?:e-?mail )?address is",
            "de.adresse": r"\b(?:meine|unsere|diese) (?:neue )?(?:e-?mail-?)?(?:adresse|mailadresse)\b.{0,40}\b(?:geändert|ändert|nicht mehr|lautet|neu)\b|ab sofort (?:erreichen sie|bin ich) .{0,60}@",
            "fr.adresse": r"\b(?:mon|notre|cette) adresse\b.{0,40}\b(?:a changé|n'est plus|change|a été)\b|nouvelle adresse (?:e-?mail|mail|électronique)? ?(?:est|:)",
            "es.direccion": r"\b(?:mi|nuestra|esta) (?:dirección|cuenta)\b.{0,50}\b(?:ha cambiado|ya no|dejará|cambió)\b|mi nueva dirección",
            "pl.adres": r"\b(?:mój|nasz|ten) adres\b.{0,40}\b(?:zmienił|uległ zmianie|nie jest już|nieaktywny|zmieniony)|mój nowy adres|zmian\w+ adresu e-?mail",
            "ru.adres": r"\b(?:мой|наш|этот|данный) (?:\w+ )?(?:адрес|ящик)\b.{0,40}\b(?:изменил\w+|больше не|не используется|закрыт|сменил\w+)|(?:мой|наш) новый (?:\w+ )?адрес|адрес (?:электронной почты )?изменил\w+",
            "bg.adres": r"\b(?:моят|нашият|този) (?:\w+ )?(?:адрес|имейл)\b.{0,40}\b(?:е променен|вече не|се промени|не се използва)|нов(?:ият|ия) ми (?:имейл|адрес)",
            "it.indirizzo": r"\b(?:il mio|questo) indirizzo\b.{0,40}\b(?:è cambiato|non è più|cambiato)|il mio nuovo indirizzo",
            "pt.endereco": r"\b(?:o meu|este) (?:endereço|e-?mail)\b.{0,40}\b(?:mudou|já não)|o meu novo e-?mail",
        },
    ),
)

LEFT: Final[tuple[Phrase, ...]] = table(
    "left",
    2,
    {
        "en.left": r"\b(?:is|am|i'm|has been|are) no longer (?:with|at|working|employed|part of|a member)\b|\b(?:no longer (?:works?|working)|has left|have left|left) (?:for |at |with |the )?(?:the |our |this )?(?:company|firm|organi[sz]ation|business|university|employed|[a-z]+ (?:inc|ltd|gmbh|group)|us|here)|\bmy last (?:working )?day (?:was|is)\b|\bi have (?:now )?(?:retired|left)\b",
        "de.weg": r"\bnicht mehr (?:für|bei|im|in|als|tätig|beschäftigt)\b.{0,60}\b(?:tätig|unternehmen|beschäftigt|firma|arbeit\w*|angestellt|uns|erreichbar)\b|\b(?:hat|habe) (?:das|unser|die) (?:unternehmen|firma|haus) verlassen|nicht mehr (?:tätig|im unternehmen)|ausgeschieden",
        "fr.parti": r"\bne (?:travaille|fait|fais) plus\b.{0,30}\b(?:partie|chez|dans|pour|ici|société|entreprise)|\b(?:a|ai) quitté (?:la société|l'entreprise|ses fonctions|mes fonctions|le groupe)",
        "es.salio": r"\bya no (?:trabaja|trabajo|forma|formo|pertenece|se encuentra)\b|\bha dejado (?:la empresa|de trabajar)|\bdejó (?:la empresa|de trabajar)",
        "pl.odszedl": r"\bnie (?:pracuje|pracuję|jest) już\b.{0,30}\b(?:w|u|firmie|pracownikiem)|\bjuż (?:tu |tutaj )?nie pracuj[eę]\b",
        "ru.uvolilsya": r"\bбольше не (?:работа\w+|явля\w+ сотрудник\w+)|\bуже не работа\w+|\b(?:уволил\w+|покинул\w* компанию)",
        "bg.napusna": r"\bвече не (?:работ\w+|е част|съм част|е служител)|\bнапусна(?:х|л\w*)? (?:компанията|фирмата)",
        "it.lasciato": r"\bnon (?:lavora|lavoro|fa) più\b|\bha lasciato (?:l'azienda|la società)",
        "pt.saiu": r"\bjá não (?:trabalha|trabalho|faz)\b|\bnão trabalha mais\b",
        "nl.vertrokken": r"\b(?:niet (?:meer|langer) werkzaam|werkt niet meer)\b",
    },
)

THANKS: Final[tuple[Phrase, ...]] = table(
    "thanks",
    1,
    {
        "en.mail": r"\b(?:thank you|thanks|many thanks)(?: very much| so much)? for (?:your|the|sending|contacting|writing|getting in touch|reaching out|e-?mailing)\b.{0,25}(?:e-?mail|mail|message|note|interest|contacting|writing|inquiry|enquiry|us|in touch|out|me)\b",
        "de.mail": r"\b(?:vielen dank|danke|herzlichen dank|besten dank|ich danke ihnen|wir danken ihnen) für (?:ihre|deine|die|ihr|eure) (?:e-?mail|mail|nachricht|anfrage|interesse|kontaktaufnahme|mitteilung)\b",
        "fr.mail": r"\bmerci (?:beaucoup )?(?:pour|de) (?:votre|ton|vos|m'avoir|nous avoir)\b.{0,20}(?:e-?mail|mail|message|courriel|demande|intérêt|contacté|écrit)",
        "es.mail": r"\bgracias por (?:su|tu|el|ponerse|contactar|escribir)\b.{0,25}(?:correo|mensaje|e-?mail|mail|contacto|interés|nosotros|consulta)",
        "pl.mail": r"\b(?:dziękuj[eę]my|dziękuję|dzięki) za (?:państwa |twoj[ąa] |twój |pana )?(?:wiadomość|e-?mail|mail\w*|kontakt|zgłoszenie|zainteresowanie|wysłanie)",
        "ru.mail": r"\b(?:спасибо|благодар\w+)\b.{0,12} за (?:ваше |ваш |проявленн\w+ )?(?:письмо|сообщение|обращение|интерес|запрос|проявленный интерес)",
        "bg.mail": r"\b(?:благодар\w+)\b.{0,10} за (?:ваш\w+ |вашия )?(?:имейл\w*|съобщени\w+|писмо\w*|запитван\w+|интерес\w*|мейл\w*)",
        "it.mail": r"\bgrazie per (?:la (?:sua|tua)|il (?:suo|tuo)|averci|avermi)\b.{0,20}(?:e-?mail|mail|messaggio|interesse|contattat\w+|scritto)",
        "pt.mail": r"\bobrigad[oa] (?:por|pelo|pela)\b.{0,20}(?:e-?mail|mensagem|contato|contacto|interesse)",
        "nl.mail": r"\b(?:bedankt|dank u wel|dank|hartelijk dank) voor (?:uw|je|jouw) (?:e-?mail|mail|bericht|interesse)",
    },
)

HUMAN: Final[tuple[Phrase, ...]] = table(
    "human",
    -3,
    {
        "any.question": r"(?<!urgent)(?<!dringend)(?<!eilig)(?<!срочно)\?(?!\w)",
        "en.talk": r"\b(?:let us|let's|lets|shall we|can we|could we|could you|can you|would you|we could|how about|what about|i suggest|i propose|i'd suggest|i'd like|i would like|looking forward to (?:our|the|speaking|talking|meeting)|talk (?:on|next|then|after|soon)|speak (?:on|next|then|after|soon)|try me|give me a (?:call|ring)|ping me|call me|happy to (?:talk|chat|meet|discuss)|send me|works for me|sounds good|not interested|interested|remind me|follow up with me|circle back|get back to me|reach out (?:again|to me)|come back to me|write (?:to )?me (?:again|then)|contact me (?:again|then|after)|touch base)\b",
        "en.colleague": r"\b(?:my|our|the) (?:colleague|boss|manager|director|ceo|cto|cfo|coo|cmo|team|wife|husband|assistant|partner|head of \w+|head|lead|counsel|vp|customer|client)\w*(?: \w+){0,4} (?:is|are|will be|was|'s)(?: \w+){0,3} (?:out of (?:the )?office|away|on (?:vacation|holiday|leave|maternity|parental)|out)\b|\b(?:he|she|they)(?: is| are|'s|'re| will be|'ll be) (?:\w+ ){0,3}(?:out of (?:the )?office|away|on (?:vacation|holiday|leave)|back|out)\b",
        "en.reference": r"\byour (?:proposal|offer|pricing|product|slides|deck|presentation|idea|question|suggestion|demo|solution|platform|pdf|note on|point)\b|\bas (?:discussed|agreed|promised)\b|\b(?:the|our) (?:call|meeting|demo|contract|invoice|pilot)\b",
        "de.reden": r"\b(?:lassen sie uns|lass uns|können wir|koennen wir|könnten (?:wir|sie)|können sie|wollen wir|sollen wir|ich schlage vor|mein vorschlag|melden sie sich|melde dich|meld dich|rufen sie|ruf mich|schicken sie|senden sie|sprechen wir|telefonieren|ich freue mich auf|passt (?:mir|es|gut)|kein interesse|interessiert|ihr(?:e[mn]?|en)? (?:angebot|vorschlag|produkt|lösung|präsentation)|danach gerne?|gerne? (?:danach|nächste|im|ab))\b|\b(?:mein|meine|unser|unsere) (?:kolleg\w+|chef\w*|leiter\w*|vorgesetzte\w*|team|geschäftsführer\w*|assistent\w*)\b.{0,40}\b(?:ist|sind|bis)\b|\b(?:er|sie) ist\b.{0,30}\b(?:urlaub|abwesend|büro|elternzeit)",
        "fr.parler": r"\b(?:pouvons[- ]nous|pourrions[- ]nous|pouvez[- ]vous|pourriez[- ]vous|parlons|reparlons|discutons|je vous propose|je propose|rappelez[- ]moi|recontactez[- ]moi|appelez[- ]moi|revenez vers moi|on (?:peut|pourrait|se parle|en parle|s'appelle)|votre (?:offre|proposition|produit|solution|présentation)|intéress\w+ (?:par)?|au plaisir d)\b|\b(?:mon|ma|notre) (?:collègue|chef\w*|patron\w*|directeur|directrice|responsable|équipe|associé\w*)\b.{0,40}\b(?:est|sera|sont)\b|\b(?:il|elle) (?:est|sera)\b.{0,30}\b(?:absent|congé|vacances|retour)",
        "es.hablar": r"\b(?:podemos|podríamos|hablemos|hablamos|le propongo|te propongo|propongo|llámame|llámeme|escríbame|escríbeme|me interesa|no me interesa|podría usted|puede (?:usted )?enviar|puedes|quedamos|su (?:oferta|propuesta|producto|solución)|tu (?:oferta|propuesta|producto|solución))\b|\b(?:mi|nuestr[oa]) (?:compañer\w+|colega|jef\w+|director\w*|equipo|soci\w+|responsable)\b.{0,40}\b(?:está|estará|estan|se encuentra)\b|\b(?:él|ella) está\b|baja demanda",
        "pl.rozmowa": r"\b(?:porozmawiajmy|możemy|czy moż\w+|proponuję|proszę (?:o (?:telefon|kontakt po|przesłanie|ofertę)|zadzwonić|napisać (?:do mnie )?(?:po|ponownie|w)|wrócić|się odezwać)|zadzwoń|odezwij się|spotkajmy się|zdzwońmy się|państwa (?:oferta|propozycja|produkt)|twoja (?:oferta|propozycja)|jestem zainteresowan\w+|nie jestem zainteresowan\w+)\b|\b(?:mój|moja|nasz|nasza) (?:kolega|koleżanka|szef\w*|kierownik\w*|dyrektor\w*|zespół|wspólnik)\b.{0,40}\b(?:jest|będzie|przebywa)\b",
        "ru.pogovorit": r"\b(?:давайте|можем ли|могли бы|можете|предлагаю|позвоните|напишите мне|напишите (?:позже|после|через|в )|созвонимся|пообщаемся|обсудим|поговорим|вернемся к|вернитесь|свяжитесь со мной|ваш\w* (?:предложени\w+|продукт\w*|решени\w+|презентаци\w+)|мне интересно|не интересно|неинтересно|интересует|пришлите)\b|\b(?:мой|моя|наш|наша) (?:коллега|начальни\w+|руководител\w+|директор\w*|команда|партнер\w*|шеф)\b.{0,40}|\b(?:он|она) (?:сейчас |будет )?(?:в отпуске|вне офиса|отсутствует|в командировке)",
        "bg.govorim": r"\b(?:нека|да се (?:чуем|видим|срещнем)|можем ли|може ли|бихте ли|предлагам|обадете се|пишете ми|свържете се с мен|ще се радвам|ваш\w+ (?:предложени\w+|оферта|продукт\w*)|интересува|пратете|изпратете ми)\b|\b(?:колегата|колежката|шефът|началникът|директорът|екипът|мой колега|моят колега|моята колежка|управителят)\b.{0,40}\b(?:е|ще|са)\b",
        "it.parlare": r"\b(?:possiamo|potremmo|sentiamoci|parliamone|le propongo|ti propongo|mi chiami|chiamami|mi interessa|non mi interessa|la (?:sua|vostra) (?:offerta|proposta))\b|\b(?:il mio|la mia|il nostro) (?:collega|capo|direttore|responsabile)\b",
        "pt.falar": r"\b(?:podemos|vamos falar|falamos|proponho|ligue-me|interessa|a sua (?:oferta|proposta))\b|\b(?:o meu|a minha) (?:colega|chefe|diretor)\b",
        "nl.praten": r"\b(?:zullen we|kunnen we|laten we|bel me|kunt u|kun je|mijn (?:collega|baas))\b",
    },
)
