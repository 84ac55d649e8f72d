"""Templates, as newsrooms fill them: texts that look like copies and are not."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_NAMES = ["Ashford", "Brackley", "Corby", "Denholm", "Evesham", "Frome", "Garstang", "Hexham", "Ilkley", "Jarrow", "Kendal", "Louth", "Malton", "Nantwich", "Oundle", "Penrith", "Ripon", "Selby", "Thirsk", "Ulverston", "Whitby", "Yarm"]  # fmt: skip
_PEOPLE = ["Abbott", "Barlow", "Carver", "Dutton", "Ellery", "Fowler", "Gibbs", "Harker", "Ingram", "Jessop", "Keating", "Lomax", "Mercer", "Norwood", "Ormond", "Prescott", "Quayle", "Rigby", "Sutton", "Thorne", "Upton", "Vance"]  # fmt: skip
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_TAGE = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
_MOVES = ["rose", "fell", "climbed", "slid", "gained", "lost", "jumped", "dropped"]
_HAN = ["城南", "河口", "北山", "东港", "西湖", "石桥", "白沙", "青林", "金川", "长岭"]
_RU = [
    "Ивановке",
    "Петровске",
    "Зареченске",
    "Лесогорске",
    "Речном",
    "Приморске",
    "Заозерье",
    "Каменке",
]

TEMPLATES: dict[str, list[str]] = {
    "forecast": [
        "Forecast for {place} on {day}: cloud in the morning with a high of {n} degrees and a low of "
        "{n} overnight. Winds from the west at {n} to {n} kilometres an hour, gusts of {n}. The "
        "chance of rain is {n} percent, rising to {n} percent towards evening. Sunrise is at {n} "
        "{n} and sunset at {n} {n}. The outlook for {day}: {n} degrees with sunny spells. Drivers "
        "are asked to allow more time, and warnings for the coast are updated at noon every day.",
        "Wetter für {place}: Am {tag} ist es wechselnd bewölkt bei Höchstwerten von {n} Grad. In der "
        "Nacht sinken die Temperaturen auf {n} Grad. Der Wind weht mit {n} bis {n} Kilometern pro "
        "Stunde aus Nordwest. Die Regenwahrscheinlichkeit liegt bei {n} Prozent. Am {tag} werden {n} "
        "Grad erwartet, dazu {n} Stunden Sonne. Die nächste Vorhersage erscheint um sechs Uhr.",
        "{han}天气预报：今天白天多云，最高气温{n}度，夜间最低气温{n}度，偏北风{n}级，降水概率百分之{n}，相对湿度"
        "百分之{n}。明天晴到多云，最高气温{n}度，最低气温{n}度，空气质量指数{n}，适宜出行。气象台提醒市民注意添衣保暖。",
        "Погода в {ru}: днём {n} градусов тепла, ночью до {n} градусов. Ветер северный, {n} метров в "
        "секунду, порывы до {n} метров. Вероятность осадков {n} процентов, влажность воздуха {n} "
        "процентов, давление {n} миллиметров ртутного столба. Завтра ожидается {n} градусов, "
        "местами небольшой дождь. Водителей просят соблюдать осторожность на дорогах.",
    ],
    "result": [
        "{place} beat {place} {n} to {n} on {day} in front of {n} spectators. {person} scored in the "
        "{n} minute and {person} added a second in the {n}. {place} had {n} shots on goal against "
        "{n}, and {n} percent of the ball. The referee showed {n} yellow cards. {place} is now in "
        "place {n} of the table with {n} points from {n} matches and plays at {place} on {day}.",
        "{place} gewinnt gegen {place} mit {n} zu {n}. Vor {n} Zuschauern traf {person} in der {n} "
        "Minute zur Führung, {person} erhöhte in der {n} Minute. {place} steht mit {n} Punkten auf "
        "Platz {n} der Tabelle. Am {tag} spielt die Mannschaft bei {place}, Anpfiff ist um {n} Uhr.",
    ],
    "market note": [
        "Shares of {place} Holdings {move} {n} percent to {n} on {day} while {place} Bank {move} {n} "
        "percent. The main index closed {n} points higher at {n}. Turnover was {n} million shares "
        "after {n} million on the day before. Oil traded at {n} dollars a barrel, gold at {n} dollars "
        "an ounce, and the dollar bought {n} yen. Dealers spoke of a calm session with few orders.",
        "{han}股份周一收盘报{n}元，涨幅百分之{n}，成交额{n}亿元，换手率百分之{n}。大盘指数收于{n}点，上涨{n}点，"
        "两市成交额共{n}亿元。北向资金净流入{n}亿元。分析人士认为市场情绪平稳，投资者应注意风险。",
    ],
    "earnings": [
        "{place} Group reported a profit of {n} million dollars for the quarter, or {n} cents a share, "
        "after {n} million a year before. Revenue {move} {n} percent to {n} million dollars. Analysts "
        "had expected {n} cents a share on revenue of {n} million. The company sold {n} thousand "
        "units in the three months and has {n} employees. Its division for homes brought in {n} "
        "million, its division for trade {n} million and services {n} million dollars. Costs {move} "
        "{n} percent to {n} million. Cash at the end of the quarter stood at {n} million, debt at {n} "
        "million dollars. Chief executive {person} said the results showed that the plan was working "
        "and that customers were answering well to what the company offers. For the year {place} "
        "Group expects earnings of {n} to {n} cents a share and revenue of up to {n} million. The "
        "board declared a dividend of {n} cents, payable to holders of record on {day}. Shares of "
        "{place} Group {move} {n} percent to {n} dollars in early trading. They have {move} {n} "
        "percent since the beginning of the year. In the last twelve months the shares traded "
        "between {n} and {n} dollars. Of {n} analysts who follow the company, {n} advise to buy the "
        "shares and {n} to hold them. The next report is due in the week of {day} before the "
        "markets open, the company said in a statement that was published on its website.",
    ],
    "analysts' note": [
        "{person} Capital {move} its holding in {place} Group by {n} percent in the quarter, as a "
        "filing showed on {day}. The fund owned {n} thousand shares of the company after it had sold "
        "{n} thousand during the period. Its holding was worth {n} million dollars at the end. Shares "
        "of {place} Group opened at {n} dollars on {day}. The company has a market value of {n} "
        "million, a price to earnings ratio of {n} and a beta of {n}. Its lowest price of the year is "
        "{n} dollars and its highest {n} dollars. The company announced earnings of {n} cents a share, "
        "{n} cents more than the consensus. Analysts at {person} Bank {move} their target from {n} to "
        "{n} dollars. {n} analysts advise to hold the shares and {n} to buy them. About the company: "
        "it makes and sells goods for homes, schools and offices through its own shops, through the "
        "shops of others and on its website, and it offers services around them to households and to "
        "small firms. It was founded by two engineers in a garage and has since bought several of its "
        "rivals in the country and abroad. Before you consider a purchase you will want to hear this. "
        "Our team follows the best analysts every day and the shares that they whisper about to their "
        "clients before the broader market catches on. This company was not on the list. While it has "
        "a rating of hold among analysts, our five favourites are believed to be better buys. This "
        "article was made by a machine from public data, was checked by an editor before it appeared, "
        "and is no advice to buy or to sell any security. Please consult somebody who knows your case.",
    ],
    "police brief": [
        "A {n}-year-old man from {place} was taken to hospital after two cars met on the road to "
        "{place} late on {day}. {person}, who drove the other car, was not hurt. Police closed the "
        "road for {n} hours and ask anyone who saw the accident to call the station at {place}.",
        "{person} of {place} died on {day} at the age of {n}. The funeral is at {place} parish church "
        "on {day} at {n} o'clock, and the family asks for gifts to the hospice in place of flowers. "
        "{person} leaves {n} children.",
        "Fire crews from {place} were called to a barn near {place} in the early hours of {day}. "
        "Nobody was hurt, and {n} animals were brought to safety. The cause is not known. Crews "
        "stayed for {n} hours.",
    ],
    "horoscope": [
        "Your week, {place}: {advice} {advice} {advice} {advice} {advice} Our astrologer answers your "
        "letters on {day}; write to the editors, and please do not forget the date of your birth.",
    ],
}  # fmt: skip
_ADVICE = [
    f"{who} {does} and {then}."
    for who in ("A friend", "Your partner", "A neighbour", "A stranger", "Venus", "Mercury")
    for does in ("brings good news", "asks for patience", "wants an answer", "opens a door")
    for then in ("money comes your way", "take a walk", "trust what you feel", "rest tonight")
]
_CLUTTER = (
    "Sign up for our newsletter and never miss a story from {place}. By signing up you agree to our "
    "terms of use and to our privacy policy. {place} Media is not responsible for the content of "
    "other sites. Follow us wherever you read: we are there all day. Do you have a story to tell? "
    "Call the newsroom of the {place} Courier at any hour, or write to the editors. Readers with a "
    "subscription support local reporting. This material may not be published, broadcast, rewritten "
    "or redistributed without the permission of {place} Media."
)


def fill(template: str, draw: random.Random) -> str:
    """A template with other figures and names in each place."""
    choices: dict[str, Callable[[], str]] = {
        "n": lambda: str(draw.randrange(2, draw.choice((12, 60, 900, 40_000)))),
        "place": lambda: draw.choice(_NAMES),
        "person": lambda: draw.choice(_PEOPLE),
        "day": lambda: draw.choice(_DAYS),
        "tag": lambda: draw.choice(_TAGE),
        "move": lambda: draw.choice(_MOVES),
        "advice": lambda: draw.choice(_ADVICE),
        "han": lambda: draw.choice(_HAN),
        "ru": lambda: draw.choice(_RU),
    }
    return re.sub(r"{(\w+)}", lambda slot: choices[slot[1]](), template)


def templates(kind: str, draw: random.Random) -> tuple[str, str]:
    """Two texts of one template."""
    template = draw.choice(TEMPLATES[kind])
    return fill(template, draw), fill(template, draw)


def clutter(draw: random.Random) -> str:
    """Lines that an outlet prints below each of its texts."""
    place = draw.choice(_NAMES)
    return _CLUTTER.replace("{place}", place)
