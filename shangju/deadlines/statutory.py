"""The thirteen statutory days of a year whose State Council notice is not out yet.

Source: 全国年节及纪念日放假办法, art. 2, as amended with effect from 2025-01-01: New Year 1, Spring
Festival 4 (from the eve), Qingming 1, Labour Day 2, Dragon Boat 1, Mid-Autumn 1, National Day 3. How
weekends are exchanged for them (调休) is decided year by year in the notice and cannot be computed, so such
a year is provisional (暂估).
"""

from datetime import date, timedelta
from functools import cache

Names = tuple[str, str]
"""A holiday's name in Chinese and in English."""

NEW_YEAR: Names = ("元旦", "New Year's Day")
SPRING_FESTIVAL: Names = ("春节", "Spring Festival")
QINGMING: Names = ("清明节", "Qingming Festival")
LABOUR_DAY: Names = ("劳动节", "Labour Day")
DRAGON_BOAT: Names = ("端午节", "Dragon Boat Festival")
MID_AUTUMN: Names = ("中秋节", "Mid-Autumn Festival")
NATIONAL_DAY: Names = ("国庆节", "National Day")

MonthDay = tuple[int, int]

LUNAR: dict[int, tuple[MonthDay, MonthDay, MonthDay, MonthDay]] = {
    2027: ((2, 6), (4, 5), (6, 9), (9, 15)),
    2028: ((1, 26), (4, 4), (5, 28), (10, 3)),
    2029: ((2, 13), (4, 4), (6, 16), (9, 22)),
    2030: ((2, 3), (4, 5), (6, 5), (9, 12)),
    2031: ((1, 23), (4, 5), (6, 24), (10, 1)),
    2032: ((2, 11), (4, 4), (6, 12), (9, 19)),
    2033: ((1, 31), (4, 4), (6, 1), (9, 8)),
    2034: ((2, 19), (4, 5), (6, 20), (9, 27)),
    2035: ((2, 8), (4, 5), (6, 10), (9, 16)),
    2036: ((1, 28), (4, 4), (5, 30), (10, 4)),
    2037: ((2, 15), (4, 4), (6, 18), (9, 24)),
    2038: ((2, 4), (4, 5), (6, 7), (9, 13)),
    2039: ((1, 24), (4, 5), (5, 27), (10, 2)),
    2040: ((2, 12), (4, 4), (6, 14), (9, 20)),
}
"""Per year: lunar New Year's Day, Qingming, Dragon Boat, Mid-Autumn. Beyond the table only the fixed days
are known.
"""


@cache
def statutory_days(year: int) -> dict[date, Names]:
    """The statutory days off of ``year`` with their names; where two fall together, the later festival
    names the day.
    """
    days = {date(year, 1, 1): NEW_YEAR}
    days |= dict.fromkeys((date(year, 5, day) for day in (1, 2)), LABOUR_DAY)
    days |= dict.fromkeys((date(year, 10, day) for day in (1, 2, 3)), NATIONAL_DAY)
    if year not in LUNAR:
        return days
    new_year, qingming, dragon_boat, mid_autumn = (date(year, *month_day) for month_day in LUNAR[year])
    days |= dict.fromkeys((new_year + timedelta(days=shift) for shift in (-1, 0, 1, 2)), SPRING_FESTIVAL)
    return days | {qingming: QINGMING, dragon_boat: DRAGON_BOAT, mid_autumn: MID_AUTUMN}
