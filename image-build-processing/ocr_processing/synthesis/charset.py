"""The characters that the synthetic documents are written with."""

SURNAMES: dict[str, str] = {
    "陳": "CHAN", "林": "LAM", "黃": "WONG", "李": "LEE", "張": "CHEUNG", "王": "WONG",
    "吳": "NG", "劉": "LAU", "蔡": "CHOI", "楊": "YEUNG", "許": "HUI", "鄭": "CHENG",
    "謝": "TSE", "洪": "HUNG", "郭": "KWOK", "邱": "YAU", "曾": "TSANG", "廖": "LIU",
    "賴": "LAI", "徐": "TSUI", "周": "CHOW", "葉": "YIP", "蘇": "SO", "莊": "CHONG",
    "呂": "LUI", "江": "KONG", "何": "HO", "蕭": "SIU", "羅": "LAW", "高": "KO",
    "潘": "POON", "簡": "KAN", "朱": "CHU", "鍾": "CHUNG", "游": "YAU", "彭": "PANG",
    "詹": "CHIM", "胡": "WU", "施": "SZE", "沈": "SHUM", "余": "YU", "盧": "LO",
    "梁": "LEUNG", "趙": "CHIU", "顏": "NGAN", "柯": "OR", "翁": "YUNG", "魏": "NGAI",
    "孫": "SUEN", "戴": "TAI", "范": "FAN", "方": "FONG", "宋": "SUNG", "鄧": "TANG",
    "杜": "TO", "傅": "FU", "侯": "HAU", "曹": "TSO", "薛": "SIT", "丁": "TING",
    "卓": "CHEUK", "馬": "MA", "董": "TUNG", "溫": "WAN", "唐": "TONG", "藍": "LAM",
    "石": "SHEK", "蔣": "TSEUNG", "姚": "YIU", "連": "LIN", "歐": "AU", "馮": "FUNG",
    "程": "CHING", "湯": "TONG", "黎": "LAI", "白": "PAK", "田": "TIN", "康": "HONG",
    "鄒": "CHAU", "巫": "MO", "姜": "KEUNG", "尤": "YAU", "賀": "HO", "甘": "KAM",
    "麥": "MAK", "關": "KWAN", "譚": "TAM", "伍": "NG", "霍": "FOK", "袁": "YUEN",
    "鄺": "KWONG", "龍": "LUNG", "陸": "LUK", "鮑": "PAU", "岑": "SHAM", "韋": "WAI",
    "莫": "MOK", "梅": "MUI", "駱": "LOK", "古": "KOO", "柳": "LAU", "文": "MAN",
    "尹": "WAN", "冼": "SIN",
}  # fmt: skip
"""A hundred and four surnames in traditional Chinese, each with a spelling usual in Hong Kong."""

GIVEN_NAMES = (
    "文明志強偉俊傑家豪建國華英美玲麗芳淑惠慧敏靜雅婷怡君佩珊珍珠秀蘭梅菊竹松柏榮輝光耀祖德仁義禮智信忠孝"
    "廉正大小子一二三永安平康健福祿壽喜樂天地海山川河江湖雲雪雨風月星辰日春夏秋冬東南西北中興隆昌盛發達成"
    "功嘉佳欣悅心思念恩慈愛情詩詠書畫琴棋墨翰學博才俐聰哲睿穎彥賢良善和睦祥瑞吉慶金銀銅鐵玉寶珮瑜瑤琪琳瑩"
    "璇瑋珏晶鑫森木林楓桐樺楠梓柔曼妍妮娜娟婉嫻嬌姍媛妙芝芬芷芸若茵茹荷莉萍菁菲蓉蓓蕾薇蘊曦晨昕昊旭昇映暉"
    "曉景晴朗皓潔清泓淇淳渝滔漢澤浩瀚濤潤波洋泉沛鋒銘鈞鎮錦鴻鵬鷹鳳龍麟虎駿騰飛翔翠綺綠紅紫丹青素雯霖霞露"
    "凱勝捷超越進遠道立展宏弘毅恆定堅剛武威勇力軍民世代承繼宗業基培均城坤乾元亨利貞權衡啟迪朝宜宇宙宛容富"
)
"""Three hundred characters usual in given names, in traditional Chinese."""

GIVEN_SPELLINGS = (
    "tai", "man", "wai", "ming", "ka", "kit", "chi", "ho", "siu", "fong", "mei", "ling", "yuk",
    "lan", "kwok", "keung", "wing", "yan", "hoi", "lok", "tsz", "ching", "hin", "long", "shing",
    "pui", "shan", "sze", "yin", "man", "yi", "chun", "hei", "lai", "wah", "kam", "fai", "kin",
    "tak", "hung", "yee", "nga", "ting", "suet", "fung", "cheuk", "yat", "pak", "hang",
)  # fmt: skip
"""Syllables of given names as Hong Kong spells them."""

TITLE_ZH = "樣本身份證"
TITLE_EN = "SPECIMEN IDENTITY CARD"
CAPTIONS: dict[str, tuple[str, str]] = {
    "name": ("姓名", "Name"),
    "birth_date": ("出生日期", "Date of Birth"),
    "sex": ("性別", "Sex"),
    "issue_date": ("簽發日期", "Date of Issue"),
    "name_code": ("電碼", "Name Code"),
    "id_number": ("身份證號碼", "Identity No."),
}
"""What is printed above each value, in Chinese and in English, by field."""
NOTICE_ZH = "此證虛構並非真實證件"
NOTICE_EN = "Fictional document, not valid"
MARK = "SPECIMEN"
SEXES = ("男 M", "女 F")

SEPARATORS = "年月日號元"
"""Chinese that receipts and forms print between numbers."""

LATIN = "".join(map(chr, range(0x21, 0x7F)))
"""Printable ASCII without the space."""


def _unique(*texts: str) -> str:
    return "".join(sorted({character for text in texts for character in text if ord(character) > 0x7F}))


CHINESE = _unique(
    *SURNAMES,
    GIVEN_NAMES,
    TITLE_ZH,
    *(zh for zh, _ in CAPTIONS.values()),
    NOTICE_ZH,
    *SEXES,
    SEPARATORS,
)
"""Every Chinese character that a recipe can draw, sorted by code point."""

CHARACTERS = LATIN + CHINESE
"""The whole dictionary, without the space, sorted by code point."""
