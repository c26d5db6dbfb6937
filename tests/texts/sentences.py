"""Plain prose of many languages, written for these tests, and the codecs that classrooms have stored each in."""

from typing import NamedTuple


class Prose(NamedTuple):
    """Some sentences of one language, and the codecs in which files of it are found."""

    text: str
    codecs: tuple[str, ...]


CYRILLIC = ("cp1251", "koi8_r", "iso8859_5", "cp866", "mac_cyrillic")
CENTRAL = ("cp1250", "iso8859_2", "mac_latin2", "cp852")
WESTERN = ("cp1252", "iso8859_15", "mac_roman", "cp850")
BALTIC = ("cp1257", "iso8859_13")

PROSE = {
    "Russian": Prose(
        "Утром на реке стоял густой туман, и лодки у берега казались серыми птицами. Старый перевозчик вышел из "
        "дома, посмотрел на небо и сказал, что к полудню станет жарко. Мы сели в лодку и поплыли вдоль высокого "
        "берега, где росли сосны. Никто не спешил, потому что был праздник, и в деревне уже звонили колокола.",
        CYRILLIC,
    ),
    "Ukrainian": Prose(
        "Вранці над річкою стояв густий туман, і човни біля берега здавалися сірими птахами. Старий перевізник "
        "вийшов із хати, подивився на небо й сказав, що до полудня стане спекотно. Ми сіли в човен і попливли "
        "вздовж високого берега, де росли сосни. Ніхто не поспішав, бо було свято, і в селі вже дзвонили дзвони.",
        (
            "cp1251",
            "koi8_u",
            "iso8859_5",
            "mac_cyrillic",
        ),
    ),
    "Bulgarian": Prose(
        "Сутринта над реката имаше гъста мъгла и лодките край брега приличаха на сиви птици. Старият лодкар "
        "излезе от къщата, погледна към небето и каза, че до обяд ще стане горещо. Качихме се в лодката и "
        "тръгнахме покрай високия бряг, където растяха борове. Никой не бързаше, защото беше празник и в селото "
        "вече биеха камбаните.",
        (
            "cp1251",
            "iso8859_5",
            "cp866",
        ),
    ),
    "Greek": Prose(
        "Το πρωί πάνω από το ποτάμι υπήρχε πυκνή ομίχλη και οι βάρκες έμοιαζαν με γκρίζα πουλιά. Ο γέρος βαρκάρης "
        "βγήκε από το σπίτι, κοίταξε τον ουρανό και είπε ότι ως το μεσημέρι θα κάνει ζέστη. Μπήκαμε στη βάρκα και "
        "φύγαμε κατά μήκος της ψηλής όχθης. Κανείς δεν βιαζόταν, γιατί ήταν γιορτή και στο χωριό χτυπούσαν οι "
        "καμπάνες.",
        (
            "cp1253",
            "iso8859_7",
        ),
    ),
    "Czech": Prose(
        "Ráno stála nad řekou hustá mlha a loďky u břehu vypadaly jako šedí ptáci. Starý převozník vyšel z domu, "
        "podíval se na nebe a řekl, že v poledne bude horko. Sedli jsme si do loďky a pluli podél vysokého břehu, "
        "kde rostly borovice. Nikdo nespěchal, protože byl svátek a ve vsi už zvonily zvony. Příliš žluťoučký kůň.",
        CENTRAL,
    ),
    "Polish": Prose(
        "Rano nad rzeką stała gęsta mgła, a łodzie przy brzegu wyglądały jak szare ptaki. Stary przewoźnik "
        "wyszedł z domu, spojrzał w niebo i powiedział, że w południe będzie gorąco. Wsiedliśmy do łodzi i "
        "popłynęliśmy wzdłuż wysokiego brzegu, gdzie rosły sosny. Nikt się nie śpieszył, bo było święto i we wsi "
        "już dzwoniły dzwony.",
        CENTRAL,
    ),
    "Hungarian": Prose(
        "Reggel sűrű köd ült a folyó fölött, és a csónakok a parton szürke madaraknak látszottak. Az öreg révész "
        "kijött a házból, fölnézett az égre, és azt mondta, hogy délre nagy hőség lesz. Beültünk a csónakba, és "
        "eleveztünk a magas part mentén, ahol fenyők nőttek. Senki sem sietett, mert ünnep volt, és a faluban már "
        "szóltak.",
        CENTRAL,
    ),
    "Romanian": Prose(
        "Dimineaţa, deasupra râului plutea o ceaţă deasă, iar bărcile de lângă mal păreau nişte păsări cenuşii. "
        "Bătrânul luntraş a ieşit din casă, s-a uitat la cer şi a spus că spre prânz va fi foarte cald. Ne-am "
        "urcat în barcă şi am pornit de-a lungul malului înalt. Nimeni nu se grăbea, fiindcă era sărbătoare şi în "
        "sat băteau clopotele.",
        (
            "cp1250",
            "iso8859_2",
        ),
    ),
    "Croatian": Prose(
        "Ujutro je nad rijekom bila gusta magla, a čamci uz obalu izgledali su kao sive ptice. Stari je skelar "
        "izašao iz kuće, pogledao u nebo i rekao da će do podneva biti vruće. Sjeli smo u čamac i zaplovili duž "
        "visoke obale gdje su rasli borovi. Nitko se nije žurio jer je bio blagdan, a u selu su već zvonila "
        "zvona. Šume su šutjele.",
        CENTRAL,
    ),
    "German": Prose(
        "Am Morgen lag dichter Nebel über dem Fluss, und die Kähne am Ufer sahen aus wie graue Vögel. Der alte "
        "Fährmann trat vor die Tür, blickte zum Himmel und sagte, gegen Mittag würde es heiß. Wir stiegen ein und "
        "fuhren an der hohen Böschung entlang, wo Kiefern wuchsen. Niemand hatte es eilig, denn es war Feiertag. "
        "Äpfel fielen.",
        WESTERN,
    ),
    "French": Prose(
        "Au matin, un épais brouillard couvrait la rivière et les barques, près du bord, ressemblaient à des "
        "oiseaux gris. Le vieux passeur sortit de la maison, regarda le ciel et déclara qu'à midi il ferait très "
        "chaud. Nous montâmes dans la barque pour longer la rive élevée où poussaient des pins. Personne ne se "
        "pressait : c'était fête, et déjà les cloches sonnaient au village. Ça alors !",
        WESTERN,
    ),
    "Spanish": Prose(
        "Por la mañana había una niebla espesa sobre el río y las barcas de la orilla parecían pájaros grises. El "
        "viejo barquero salió de la casa, miró al cielo y dijo que al mediodía haría calor. Subimos a la barca y "
        "navegamos junto a la ribera alta, donde crecían los pinos. Nadie tenía prisa, porque era fiesta. ¿Quién "
        "cantó allí?",
        WESTERN,
    ),
    "Swedish": Prose(
        "På morgonen låg en tät dimma över ån, och båtarna vid stranden såg ut som grå fåglar. Den gamle "
        "färjkarlen kom ut ur huset, tittade på himlen och sade att det skulle bli hett till middagen. Vi satte "
        "oss i båten och for längs den höga stranden där tallarna växte. Ingen hade bråttom, för det var helg. "
        "Över ängen hördes klockor.",
        WESTERN,
    ),
    "Icelandic": Prose(
        "Um morguninn lá þykk þoka yfir ánni og bátarnir við bakkann litu út eins og gráir fuglar. Gamli "
        "ferjumaðurinn kom út úr húsinu, horfði til himins og sagði að það yrði heitt um hádegið. Við settumst í "
        "bátinn og sigldum meðfram háum bakkanum þar sem furur uxu. Enginn var að flýta sér því að það var hátíð "
        "í þorpinu.",
        (
            "cp1252",
            "iso8859_15",
        ),
    ),
    "Turkish": Prose(
        "Sabahleyin ırmağın üstünde yoğun bir sis vardı ve kıyıdaki kayıklar gri kuşlara benziyordu. Yaşlı "
        "kayıkçı evden çıktı, gökyüzüne baktı ve öğleye doğru havanın çok ısınacağını söyledi. Kayığa bindik ve "
        "çamların büyüdüğü yüksek kıyı boyunca ilerledik. Kimse acele etmiyordu, çünkü bayramdı ve köyde şarkılar "
        "söyleniyordu.",
        (
            "cp1254",
            "iso8859_9",
        ),
    ),
    "Lithuanian": Prose(
        "Rytą virš upės tvyrojo tirštas rūkas, o valtys prie kranto atrodė kaip pilki paukščiai. Senas "
        "keltininkas išėjo iš namų, pažvelgė į dangų ir pasakė, kad vidurdienį bus karšta. Susėdome į valtį ir "
        "plaukėme palei aukštą krantą, kur augo pušys. Niekas neskubėjo, nes buvo šventė ir kaime jau skambėjo "
        "varpai. Ąžuolai ošė.",
        BALTIC,
    ),
    "Latvian": Prose(
        "No rīta pār upi gūlās bieza migla, un laivas pie krasta izskatījās kā pelēki putni. Vecais pārcēlājs "
        "iznāca no mājas, paskatījās debesīs un teica, ka ap pusdienlaiku būs karsts. Mēs iekāpām laivā un "
        "braucām gar augsto krastu, kur auga priedes. Neviens nesteidzās, jo bija svētki un ciemā jau zvanīja. "
        "Šķiet, ka ļaudis dziedāja.",
        BALTIC,
    ),
    "Hebrew": Prose(
        "בבוקר עמד ערפל כבד מעל הנהר, והסירות שליד הגדה נראו כמו ציפורים אפורות. בעל המעבורת הזקן יצא מן הבית, "
        "הביט אל השמים ואמר שבצהריים יהיה חם מאוד. עלינו על הסירה ושטנו לאורך הגדה הגבוהה, במקום שבו צמחו עצי "
        "אורן. איש לא מיהר, כי היה חג ובכפר כבר נשמעה שירה.",
        (
            "cp1255",
            "iso8859_8",
        ),
    ),
    "Arabic": Prose(
        "في الصباح كان الضباب كثيفا فوق النهر، وبدت القوارب عند الضفة كأنها طيور رمادية. خرج صاحب القارب العجوز "
        "من البيت ونظر إلى السماء وقال إن الجو سيكون حارا عند الظهر. ركبنا القارب وسرنا بمحاذاة الضفة العالية حيث "
        "تنمو أشجار الصنوبر. لم يكن أحد في عجلة من أمره لأن اليوم كان عيدا في القرية.",
        (
            "cp1256",
            "iso8859_6",
        ),
    ),
    "Thai": Prose(
        "ตอนเช้ามีหมอกหนาปกคลุมแม่น้ำ เรือที่จอดอยู่ริมฝั่งดูเหมือนนกสีเทา ชายชราคนแจวเรือเดินออกจากบ้าน "
        "มองดูท้องฟ้าแล้วพูดว่าตอนเที่ยงอากาศจะร้อนมาก เราลงเรือและล่องไปตามฝั่งสูงที่มีต้นสนขึ้นอยู่ ไม่มีใครรีบร้อนเพราะเป็นวันหยุด "
        "และในหมู่บ้านมีเสียงระฆังดังแล้ว",
        (
            "tis_620",
            "cp874",
        ),
    ),
    "Japanese": Prose(
        "朝、川の上には濃い霧がかかっていて、岸辺の舟は灰色の鳥のように見えた。年老いた渡し守は家"
        "から出てくると、空を見上げ、昼には暑くなるだろうと言った。私たちは舟に乗り、松の生えた高"
        "い岸に沿って進んだ。祭りの日だったので、誰も急いではいなかった。村ではもう鐘が鳴っていた。",
        (
            "cp932",
            "euc_jp",
            "iso2022_jp",
        ),
    ),
    "Korean": Prose(
        "아침에 강 위에는 짙은 안개가 끼어 있었고, 강가의 배들은 회색 새처럼 보였다. 늙은 뱃사공은 집에서 나와 "
        "하늘을 바라보며 한낮에는 더워질 것이라고 말했다. 우리는 배를 타고 소나무가 자라는 높은 강가를 따라갔다. "
        "명절이라서 아무도 서두르지 않았고, 마을에서는 벌써 종소리가 들렸다.",
        (
            "cp949",
            "iso2022_kr",
        ),
    ),
    "Chinese, simplified": Prose(
        "早晨，河面上弥漫着浓雾，岸边的小船看上去像灰色的鸟。年老的船夫从屋里走出来，望着天空说，"
        "到了中午天气会很热。我们上了船，沿着长满松树"
        "的高岸慢慢前行。因为是节日，谁也不着急，村子里已经响起了钟声。孩子们站在桥上向我们挥手。",
        (
            "gb18030",
            "hz",
        ),
    ),
    "Chinese, traditional": Prose(
        "早晨，河面上瀰漫著濃霧，岸邊的小船看上去像灰色的鳥。年老的船夫從屋裡走出來，望著天空說，"
        "到了中午天氣會很熱。我們上了船，沿著長滿松樹"
        "的高岸慢慢前行。因為是節日，誰也不著急，村子裡已經響起了鐘聲。孩子們站在橋上向我們揮手。",
        ("big5",),
    ),
}
