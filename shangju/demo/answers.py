"""What the demonstration's staff wrote into the knowledge base, and what readers said of it."""

from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from shangju.accounts.models import User
from shangju.areas.models import Area, AreaKind
from shangju.categories.queries import category_by_code
from shangju.knowledge.models import Article, Audience, Language
from shangju.knowledge.services import Content, give_opinion, publish_article, revise_article, write_article

SAID = ("希望写明周末的时间", "已经按这个办法解决了", "能不能附上社区的电话")
READERS = 6


def tell_articles(home: Area, *, rng: Random, now: datetime) -> None:
    """One article of the community that is due, one of the sub-district with a draft waiting, one for staff, opinions."""
    desk, secretary = (User.objects.get(username=name) for name in ("duty-desk", "community-secretary"))
    today, then = timezone.localdate(now), now - timedelta(days=200)
    meals = Content(
        question="社区助餐点几点开饭，怎么预订？",
        short_answer="午餐11点到12点半，前一天16点前向社区预订。行动不便的老人可以预约送餐。",
        keywords=["助餐", "订餐", "送餐", "食堂"],
        category=category_by_code("1101"),
        source="社区公告",
        review_by=today - timedelta(days=5),
    )
    article = write_article(meals, area=home, by=secretary, now=then)
    publish_article(article, seen=1, by=secretary, now=then)
    subdistrict = Area.objects.get(kind=AreaKind.SUBDISTRICT, pk__in=home.ancestor_ids)
    _market(subdistrict, desk, today=now, then=then)
    say = Content(
        question="居民电话里情绪激动怎么接？",
        short_answer="先听完再复述，确认地点和是否正在发生，说明会在一个工作日内答复。涉及生命安全先转110、119、120。",
        category=category_by_code("1201"),
        audience=Audience.INTERNAL,
        source="值班台",
        review_by=today + timedelta(days=120),
    )
    internal = write_article(say, area=subdistrict, by=desk, now=then)
    publish_article(internal, seen=1, by=desk, now=then)
    for read in [article, *Article.objects.filter(language=Language.CHINESE).exclude(seed="")]:
        for reader in range(rng.randint(0, READERS)):
            helped = rng.random() < 0.8
            words = rng.choice(SAID) if rng.random() < 0.2 else ""
            give_opinion(read, respondent=f"demo-{reader}", was_helpful=helped, words=words, now=now)


def _market(subdistrict: Area, desk: User, *, today: datetime, then: datetime) -> None:
    market = Content(
        question="主题市集怎么报名摆摊？",
        short_answer="本街道商户和居民都可以报名，向所在社区说明品类和日期即可，摊位免费，先到先排。",
        keywords=["市集", "摆摊报名", "摊位"],
        category=category_by_code("1203"),
        source="街道公告",
        review_by=timezone.localdate(today) + timedelta(days=90),
    )
    article = write_article(market, area=subdistrict, by=desk, now=then)
    publish_article(article, seen=1, by=desk, now=then)
    revised = Content(
        question=market.question,
        short_answer="本街道商户和居民都可以报名，提前三天向所在社区说明品类和日期，摊位免费。食品摊位请带上许可证件。",
        keywords=market.keywords,
        category=market.category,
        source=market.source,
        review_by=market.review_by,
    )
    revise_article(article, revised, seen=1, reason="补充报名期限和食品摊位要求", by=desk, now=today)
