"""The kinds of QR codes, told apart by how their text starts."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class CodeKind(StrEnum):
    """The kinds of codes, by what WeChat and others do with them."""

    OFFICIAL = "official account"
    PERSONAL = "personal card"
    GROUP = "group"
    PAYMENT = "payment"
    MINI_PROGRAM = "mini program"
    ARTICLE = "article"
    WORK = "work"  # 企业微信
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code: its text, and the kind of that text."""

    payload: str
    kind: CodeKind


# What a code starts with; something must follow. Where a kind comes from:
# - official, personal, group, work and payment are the lists by which WeChat's own scanner tells codes apart
#   (com.tencent.mm.plugin.scanner, as decompiled copies on GitHub show it). It takes weixin://qr/ for weixin.qq.com/r/.
#   Personal cards of before about 2016 start with weixin.qq.com/r/ too, and cannot be told from an account's;
# - weixin.qq.com/q/: `url` in the answer of the official accounts' API for codes with parameters (qrcode/create);
# - mp/profile_ext: an account's page in WeChat, which opens as the account does;
# - wxaurl.cn, wxmpurl.cn and weixin://dl/business/: URL Link and URL Scheme of mini programs, in WeChat's developers'
#   documents. The older codes of mini programs are mp.weixin.qq.com/a/~; the round ones are no QR codes;
# - m.q.qq.com/a/: mini programs of QQ. qr.95516.com: UnionPay.
# Left to OTHER on purpose: weixin.qq.com/x/ signs somebody in on a computer, we.qq.com/d/ belongs to a device.
_KINDS: Final = (
    ("//weixin.qq.com/r/", CodeKind.OFFICIAL),
    ("//weixin.qq.com/q/", CodeKind.OFFICIAL),
    ("weixin://qr/", CodeKind.OFFICIAL),
    ("//mp.weixin.qq.com/mp/profile_ext?", CodeKind.OFFICIAL),
    ("//u.wechat.com/", CodeKind.PERSONAL),
    ("//weixin.qq.com/u/", CodeKind.PERSONAL),
    ("//weixin.qq.com/g/", CodeKind.GROUP),
    ("wxp://", CodeKind.PAYMENT),
    ("wxhb://", CodeKind.PAYMENT),
    ("weixin://wxpay/", CodeKind.PAYMENT),
    ("weixin://pay.weixin.qq.com/", CodeKind.PAYMENT),
    ("//wx.tenpay.com/", CodeKind.PAYMENT),
    ("//payapp.weixin.qq.com/", CodeKind.PAYMENT),
    ("//payapp.wechatpay.cn/", CodeKind.PAYMENT),
    ("//qr.alipay.com/", CodeKind.PAYMENT),
    ("//qr.95516.com/", CodeKind.PAYMENT),
    ("//mp.weixin.qq.com/a/~", CodeKind.MINI_PROGRAM),
    ("//wxaurl.cn/", CodeKind.MINI_PROGRAM),
    ("//wxmpurl.cn/", CodeKind.MINI_PROGRAM),
    ("//m.q.qq.com/a/", CodeKind.MINI_PROGRAM),
    ("weixin://dl/business/", CodeKind.MINI_PROGRAM),
    ("weixin://dl/business?", CodeKind.MINI_PROGRAM),
    ("//mp.weixin.qq.com/s/", CodeKind.ARTICLE),
    ("//mp.weixin.qq.com/s?", CodeKind.ARTICLE),
    ("//mp.weixin.qq.com/mp/appmsg/show?", CodeKind.ARTICLE),
    ("//work.weixin.qq.com/", CodeKind.WORK),
)


_ADDRESS: Final = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?([^/?#\s]+)(\S*)")


_WEB_PORT: Final = re.compile(r":(?:80|443)?$")


def kind_of(payload: str) -> CodeKind:
    """Return the kind of a code by the start of its text.

    White space around the text and the case of scheme and host do not matter; a web address may lack its scheme.
    """
    match = _ADDRESS.fullmatch(payload.strip())
    if not match:
        return CodeKind.OTHER
    scheme, host, rest = (match[1] or "").lower(), match[2].lower(), match[3]
    web = scheme in {"", "http", "https"}
    start = f"//{_WEB_PORT.sub('', host)}{rest}" if web else f"{scheme}://{host}{rest}"
    for prefix, kind in _KINDS:
        if start.startswith(prefix) and len(start) > len(prefix):
            return kind
    return CodeKind.OTHER
