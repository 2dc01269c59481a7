"""The rungs of the ladder on which a concern climbs (domain-china §4.3): who deals with it first, who
next.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LadderRung(models.TextChoices):
    """Who may stand on a rung. The Chinese abbreviation used in the category table stands beside each."""

    MERCHANT = "merchant", _("The shop itself")  # 商
    COMMUNITY = "community", _("Community")  # 社
    PROPERTY = "property", _("Property firm")  # 物
    ENFORCEMENT = "enforcement", _("Comprehensive enforcement team")  # 执
    POLICE = "police", _("Police station")  # 警
    FIRE = "fire", _("Fire and rescue")  # 消
    MARKET = "market", _("Market supervision")  # 市
    ENVIRONMENT = "environment", _("Environment office")  # 环
    HOUSING = "housing", _("Housing and drainage")  # 住
    TRAFFIC = "traffic", _("Traffic police")  # 交
    JUSTICE = "justice", _("Justice office")  # 司
    CIVIL_AFFAIRS = "civil_affairs", _("Civil affairs")  # 民
    ECONOMY = "economy", _("Economy office")  # 经
    TASK_FORCE = "task_force", _("Task force")  # 专班
    SANITATION = "sanitation", _("Street cleaning")  # 环卫
    UTILITY = "utility", _("Supplier or owner of the facility")  # 供应、权属、燃气企业单位
    OPERATOR = "operator", _("Operator or organiser")  # 作业、运营、主办单位、站点
    VOLUNTEERS = "volunteers", _("Volunteer team")  # 志愿队
    DISABLED_FEDERATION = "disabled_federation", _("Disabled persons' federation")  # 残联
    HEALTH = "health", _("Disease control")  # 疾控
    LABOUR = "labour", _("Labour office")  # 人社
    COMMERCE = "commerce", _("Commerce office")  # 商务
    DISCIPLINE = "discipline", _("Discipline committee")  # 纪工委
    SERVICE_STATION = "service_station", _("Convenience or rest station")  # 便民站、党群站点
    KNOWLEDGE_BASE = "knowledge_base", _("Knowledge base")  # 知识库
    ALLIANCE = "alliance", _("Alliance")  # 联盟
    JOINT_CHAIR = "joint_chair", _("Joint chair of the merchants")  # 联席
    EMERGENCY = "emergency", _("Emergency numbers 110 and 120")  # 110、120
