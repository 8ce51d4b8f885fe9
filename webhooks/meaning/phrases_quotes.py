"""How mail programs mark what somebody else wrote, in many languages: tables of words and patterns. No behaviour.

A line of the text is looked at alone, its marks in small letters; the rules that put lines together are in `visible.py`.
"""
# ruff: noqa: E501  # a row is a row

import re
from typing import Final

# "On Tuesday Kim wrote:": the verb of the line that introduces a quote.
WROTE: Final = (
    r"wrote|writes|schrieb|schreibt|geschrieben|a écrit|ecrit|écrit|escribi[óo]|escribe|scritto|scrisse|scrive|"
    r"escreveu|escreve|schreef|geschreven|schrijft|skrev|skreiv|skrifaði|kirjoitti|kirjutas|pisze|napisa[łl](?:\(a\)|a)?|"
    r"napisał\(a\)|пишет|писал|писала|писал\(а\)|написал|написала|написал\(а\)|написал\(-а\)|написа|пише|писа|написав|"
    r"napsal|napsal\(a\)|napísal|napísal\(a\)|píše|írta|yazdı|yazmış|a scris|napisao|napisala|je napisal|napisal/a|"
    r"rašė|rakstīja|έγραψε|כתב|כתבה|كتب|menulis|đã viết|viết|skrifaði|escrigué|ha escrit|schreev|"
    r"님이 작성|작성|写道|寫道|书写|のメール|書きました|posted|said|sagte|via .{1,60} wrote"
)

# The fields of a header block that stands above a quoted mail: *From:* / Von: / От кого: …
FIELDS: Final = (
    r"from|von|de|da|van|fra|från|od|от|от кого|lähettäjä|feladó|kimden|gönderen|από|mittente|de la|odesílatel|"
    r"sent|gesendet|envoyé|envoyée|enviado|enviado el|enviada em|enviado em|inviato|verzonden|verstuurd|sendt|skickat|"
    r"wysłano|wysłane|отправлено|изпратено|надіслано|lähetetty|elküldve|gönderildi|tarih|odesláno|trimis|sent at|"
    r"to|an|à|para|a|aan|til|till|do|кому|до|за|vastaanottaja|címzett|kime|προς|komu|către|per|"
    r"cc|bcc|kopie|copie|copia|kopi|kopia|копия|копие|dw|udw|kopio|másolatot kap|"
    r"subject|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|emne|ämne|temat|тема|относно|aihe|tárgy|konu|"
    r"θέμα|předmět|subiect|predmet|"
    r"date|datum|fecha|data|dato|дата|päivämäärä|päiväys|dátum|ημερομηνία|"
    r"reply[- ]to|répondre à|antwort an|responder a|responder para|risposta|rispondi a|beantwoorden|svar til|svara till|"
    r"odpowiedź do|ответить|отговор до|importance|wichtigkeit|priority|priorität|importancia|ważność|важность|"
    r"organization|organisation|reply to|in reply to|attachments|anlagen|newsgroups|"
    r"发件人|發件人|发送时间|收件人|主题|主旨|日期|抄送|差出人|送信日時|宛先|件名|보낸 사람|보낸사람|받는 사람|받는사람|제목|날짜"
)

# Lines of words between dashes, and the same without: a forwarded or original mail follows.
GIVEN_ON: Final = (
    r"begin forwarded message|start of forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|"
    r"weitergeleitete nachricht|début du message (?:réexpédié|transféré)|message transféré|inicio del mensaje reenviado|"
    r"mensaje reenviado|inizio messaggio inoltrato|messaggio inoltrato|início da mensagem (?:reenviada|encaminhada)|"
    r"mensagem encaminhada|begin doorgestuurd bericht|doorgestuurd bericht|vidarebefordrat (?:brev|meddelande)|"
    r"videresendt (?:besked|melding|meddelelse)|start på videresendt besked|początek (?:przekazywanej|przesyłanej) "
    r"wiadomości|wiadomość przekazana|"
    r"начало (?:переадресованного|пересылаемого|пересланного) сообщения|пересылаемое сообщение|"
    r"начало на препратено(?:то)? съобщение|препратено съобщение|alkuperäinen viesti|original message|forwarded message|"
    r"ursprüngliche nachricht|originalnachricht|message d'origine|message original|mensaje original|messaggio originale|"
    r"mensagem original|oorspronkelijk bericht|oprindelig meddelelse|original meddelelse|ursprungligt meddelande|"
    r"oryginalna wiadomość|wiadomość oryginalna|исходное сообщение|оригинальное сообщение|оригинално съобщение|"
    r"původní zpráva|mesaj original|reply message|replied message|the following message was sent"
)

# What a mail program adds on its own below what was written.
DEVICES: Final = (
    r"sent (?:from|via|with|using|by) (?!.*\bto\b.*\?)(?:my|the|a|an|mail|outlook|yahoo|gmail|samsung|proton|iphone|"
    r"ipad|android|blackberry|nine|mobile|mobil|windows|aol|air ?mail|spark|superhuman|mailbird|boxer|hey|workspace|"
    r"email|cloudmagic|newton|typeapp|blue|aqua|inky|zoho|icloud|thunderbird|unibox|polymail|edison|postbox|k-9|tablet|"
    r"mailmate|alto|surface|nokia|htc|lg|huawei|xiaomi|redmi|sony|motorola|t-mobile|verizon|at&t)\b.*|"
    r"get outlook for .*|outlook (?:for|für|pour|para|per) (?:ios|android).*|holen sie sich outlook .*|"
    r"téléchargez outlook .*|obtén outlook .*|obtener outlook .*|pobierz (?:program )?outlook .*|"
    r"скачать outlook .*|получить outlook .*|download outlook .*|scarica outlook .*|"
    r"(?:sent|typed|written|dictated) (?:from|on|with|by) .{0,40}(?:phone|iphone|ipad|mobile|device|thumbs?).*|"
    r"(?:please )?(?:excuse|forgive|pardon) (?:(?:the|my|any) )?(?:brevity|typos|spelling|mistakes).*|"
    r"envoy[ée]e? (?:de|depuis|à partir|avec|du) .*(?:mon|ma|outlook|mail|iphone|ipad|android|samsung|mobile).*|"
    r"(?:diese (?:nachricht|e-?mail|mail) wurde )?(?:von|aus|mit) (?:meine[mr]|dem|der|outlook|mail|yahoo|gmx|web\.de|"
    r"samsung)\b.{0,60}(?:gesendet|gesandt|verschickt|geschickt)\.?|gesendet (?:von|mit|aus|über) .*|"
    r"von (?:meinem )?(?:iphone|ipad|android|samsung|handy|blackberry|smartphone|mobil\w*)\b.{0,40}|"
    r"enviad[oa] (?:desde|do|con|com|a partir|através|pelo|via|de) .*|mandado desde .*|"
    r"inviato (?:da|dal|con|tramite|dall') ?.*|verzonden (?:met|vanaf|via|vanuit|door) .*|verstuurd (?:vanaf|met) .*|"
    r"sendt (?:fra|med|via) .*|skickat (?:från|med|via) .*|lähetetty .*|"
    r"wysłan[eoay] (?:z|ze|za pomocą|przez|przy) .*|odesláno z .*|"
    r"отправлено (?:с|со|из|через|от|при помощи) .*|отправлен[оа]? из .*|послано с .*|"
    r"изпратен[оа]? (?:от|чрез|с) .*|надіслано з .*|"
    r"(?:[a-z]+ )?iphone'?(?:um)?dan gönderildi.*|iphone(?:'|から|에서).*|发自我的.*|發自我的.*|从我的.*发送|"
    r"my (?:iphone|ipad|phone) sent this.*|sent by .{0,30} (?:app|for (?:ios|android)).*"
)

# Machines and lawyers: from such a line on, nobody speaks.
FOOTERS: Final = (
    r"you do not want mails like this\? unsubscribe|не хотите получать такие письма\? отписаться|"
    r"(?:this|the) (?:e-?mail|message|communication|information)[^.]{0,120}\b(?:confidential|privileged|intended "
    r"(?:only|solely|for))|confidentiality (?:notice|note)|(?:legal )?disclaimer\s*:|"
    r"diese (?:e-?mail|nachricht)[^.]{0,120}vertraulich|der inhalt dieser (?:e-?mail|nachricht)|"
    r"ce (?:message|courriel|mail|e-?mail)[^.]{0,160}confidentiel|"
    r"este (?:mensaje|correo|e-?mail)[^.]{0,160}confidencial|esta mensagem[^.]{0,160}confidencia|"
    r"questo messaggio[^.]{0,160}(?:riservat|confidenzial)|"
    r"(?:данное|настоящее|это) (?:электронное )?(?:сообщение|письмо)[^.]{0,160}конфиденциальн|"
    r"(?:това|настоящото) (?:съобщение|писмо)[^.]{0,160}поверител|"
    r"(?:niniejsza|ta) (?:wiadomość|korespondencja)[^.]{0,160}poufn|"
    r"this (?:e-?mail|message) (?:has been|was) (?:scanned|checked)|virus[- ]free\.|"
    r"please consider the environment|think before you print|bitte denken sie an die umwelt|"
    r"to (?:view|respond|reply)[^.]{0,40}(?:visit|reply (?:to this email|above)|click)|"
    r"you (?:are receiving|received|'re receiving) this (?:e-?mail|message|notification|because)"
)

ABOVE: Final = (
    r"(?:reply|write|type|respond|answer)[^.]{0,30}above (?:this|the) line|above this (?:dashed )?line|"
    r"oberhalb dieser (?:zeile|linie)|au[- ]dessus de cette ligne|(?:por )?encima de esta l[íi]nea|"
    r"выше этой (?:линии|строки|черты)|powyżej tej (?:linii|kreski)|над тази (?:линия|черта)"
)


def line(words: str) -> re.Pattern[str]:
    """A whole line that says these words, with the stars and signs some programs put around."""
    return re.compile(rf"[\s*_>–—-]*(?:{words})[\s*_:]*", re.IGNORECASE)
