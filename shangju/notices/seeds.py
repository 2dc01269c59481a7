"""The templates as delivered: what to hand in at the provider, word for word, before text messages can go out."""

from shangju.cases.workflow import MoveName
from shangju.gateways.services import TemplatePlan

CHINESE: dict[str, str] = {
    MoveName.ACCEPT: "您反映的事项${number}已受理，查询码${code}，请在${day}前留意办理结果。",
    MoveName.DECLINE: "您反映的事项${number}未予受理，原因请凭查询码${code}查看。",
    MoveName.REFER: "您反映的事项${number}依法应由其他渠道办理，请凭查询码${code}查看。",
    MoveName.ANSWER_DIRECTLY: "您咨询的事项${number}已答复，请凭查询码${code}查看并评价。",
    MoveName.CONTACT: "您反映的事项${number}正在办理，工作人员已联系或尝试联系您。",
    MoveName.GRANT_EXTENSION: "您反映的事项${number}办理时间延长至${day}，说明请凭查询码${code}查看。",
    MoveName.RESOLVE: "您反映的事项${number}已有办理结果，请凭查询码${code}查看并评价。",
    MoveName.REOPEN: "您反映的事项${number}已重新办理，查询码${code}。",
    MoveName.CONFIRM: "您反映的事项${number}已归档，感谢您的评价。",
    MoveName.CLOSE_UNREACHABLE: "多次未能联系到您，您反映的事项${number}已归档，可凭查询码${code}查看。",
    MoveName.MERGE: "您反映的事项${number}与他人反映的同一件事合并办理，结果会告诉您。",
    MoveName.UNMERGE: "您反映的事项${number}恢复单独办理，查询码${code}。",
    MoveName.FOLLOW: "您反映的事项${number}有新进展：${state}，查询码${code}。",
    MoveName.PART_ENDED: "您反映的事项${number}其中一项有了结果，请凭查询码${code}查看。",
    "met_too": "您附议的事项有新进展：${state}，请凭查询码${code}查看。",
    "data_request": "您关于个人信息的请求已答复，请凭查询码${code}查看。",
    "staff_news": "事项${number}有需要您办理或了解的消息，请登录系统查看。",
    "staff_task": "系统内有需要您办理或了解的消息，请登录查看。",
    "daily_list": "今日清单：超期${overdue}件，待签收${to_sign}件，"
    "今日到期${today}件，待回访${call_backs}件，请登录系统查看。",
    "daily_list_leader": "今日督办清单：超期${overdue}件，升级${climbed}件，"
    "督办未回复${orders}件，待审批${approvals}件，请登录系统查看。",
    "sign_in_code": "${code}是您的登录验证码，5分钟内有效，请勿告诉他人。",
}
ENGLISH: dict[str, str] = {
    MoveName.ACCEPT: "Your concern ${number} is accepted. Tracking code ${code}; you hear of the result by ${day}.",
    MoveName.DECLINE: "Your concern ${number} was not accepted. See why with the tracking code ${code}.",
    MoveName.REFER: "By law another channel is responsible for your concern ${number}. Tracking code ${code}.",
    MoveName.ANSWER_DIRECTLY: "Your enquiry ${number} is answered. See and rate it with the tracking code ${code}.",
    MoveName.CONTACT: "Your concern ${number} is being handled; we have contacted you or tried to.",
    MoveName.GRANT_EXTENSION: "Your concern ${number} takes until ${day}. See why with the tracking code ${code}.",
    MoveName.RESOLVE: "There is a result for your concern ${number}. See and rate it with the tracking code ${code}.",
    MoveName.REOPEN: "Your concern ${number} has been reopened. Tracking code ${code}.",
    MoveName.CONFIRM: "Your concern ${number} is closed. Thank you for your answer.",
    MoveName.CLOSE_UNREACHABLE: "We could not reach you; your concern ${number} is closed. Tracking code ${code}.",
    MoveName.MERGE: "Your concern ${number} is joined with another report of the same matter; you are told the result.",
    MoveName.UNMERGE: "Your concern ${number} is followed up on its own again. Tracking code ${code}.",
    MoveName.FOLLOW: "News of your concern ${number}: ${state}. Tracking code ${code}.",
    MoveName.PART_ENDED: "A part of your concern ${number} has its result. Tracking code ${code}.",
    "met_too": "News of a concern that you have met, too: ${state}. Tracking code ${code}.",
    "data_request": "Your request about your data was answered. Read it with the tracking code ${code}.",
    "staff_news": "Case ${number} needs you, or there is news of it. Sign in to read it.",
    "staff_task": "Something needs you, or there is news for you. Sign in to read it.",
    "daily_list": "Today: ${overdue} overdue, ${to_sign} to sign for, "
    "${today} due today, ${call_backs} to call back. Sign in to read it.",
    "daily_list_leader": "Today: ${overdue} overdue, ${climbed} climbed, "
    "${orders} orders unanswered, ${approvals} to approve. Sign in to read it.",
    "sign_in_code": "${code} is your sign-in code, valid for 5 minutes. Give it to nobody.",
}

DELIVERED = [
    TemplatePlan(str(purpose), "sms", language, text)
    for language, texts in (("zh-hans", CHINESE), ("en", ENGLISH))
    for purpose, text in texts.items()
]
