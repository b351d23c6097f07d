"""Page furniture at the end of a copied article: "back to top", "share", "read more"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

SHORT = 12

_MARKS = re.compile(r"[\u064b-\u0652\u0640\u200b-\u200f\u2066-\u2069\ufeff]|[^\w\s]")
_LETTERS = str.maketrans("أإآٱىیکة", "ااااييكه")
_ENDS = tuple(".!?…؟۔:;؛\"'»”’)]%")
# fmt: off
_WHOLE_LINES = (
    # Arabic
    "أعلى", "إلى الأعلى", "العودة إلى الأعلى", "عودة للأعلى", "أعلى الصفحة", "شارك", "شاركها",
    "شارك الخبر", "شارك المقال", "شارك هذا الموضوع", "مشاركة", "اقرأ أيضا", "اقرأ أيضاً",
    "اقرأ المزيد", "إقرأ أيضا", "المزيد", "للمزيد", "مواضيع ذات صلة", "مقالات ذات صلة",
    "أخبار ذات صلة", "ذات صلة", "الأكثر قراءة", "الأكثر مشاهدة", "تابعنا", "تابعونا",
    "تابعنا على تويتر", "تابعنا على فيسبوك", "تابعونا على تلغرام", "طباعة", "تعليقات", "التعليقات",
    "أضف تعليق", "اترك تعليقا", "كلمات مفتاحية", "الكلمات الدلالية", "علامات", "نسخ الرابط",
    "حفظ", "إعلان", "جميع الحقوق محفوظة", "الصفحة الرئيسية", "الرئيسية", "فيسبوك", "تويتر",
    "واتساب", "تلغرام",
    # English
    "top", "back to top", "share", "share this", "share this article", "share this story",
    "read more", "read also", "also read", "more", "related", "related articles", "related stories",
    "related topics", "most read", "most viewed", "recommended", "follow us",
    "follow us on twitter", "follow us on facebook", "print", "email", "copy link", "save",
    "comments", "leave a comment", "tags", "advertisement", "all rights reserved", "home",
    "subscribe", "sign up", "facebook", "twitter", "whatsapp", "telegram", "next", "previous",
    # Persian
    "بالا", "بازگشت به بالا", "بالای صفحه", "اشتراک گذاری", "به اشتراک بگذارید", "بیشتر بخوانید",
    "بیشتر", "ادامه مطلب", "مطالب مرتبط", "اخبار مرتبط", "پربازدیدها", "پربیننده ترین", "نظرات",
    "ارسال نظر", "دیدگاه", "برچسب ها", "چاپ", "کپی لینک", "انتهای پیام", "تبلیغات", "صفحه اصلی",
)
_BEFORE_HEADLINES = (
    "اقرأ أيضا", "إقرأ أيضا", "اقرأ المزيد", "شاهد أيضا", "مواضيع ذات صلة", "مقالات ذات صلة",
    "أخبار ذات صلة", "ذات صلة", "الأكثر قراءة", "read more", "read also", "also read", "see also",
    "related", "related articles", "related stories", "most read", "بیشتر بخوانید", "مطالب مرتبط",
    "اخبار مرتبط",
)
# fmt: on


def _folded(line: str) -> str:
    plain = unicodedata.normalize("NFKC", line).casefold().replace("\u200c", " ")
    return " ".join(_MARKS.sub(" ", plain).translate(_LETTERS).split())


_FURNITURE = frozenset(_folded(line) for line in _WHOLE_LINES)
_INVITATIONS = frozenset(_folded(line) for line in _BEFORE_HEADLINES)


def without_furniture(lines: Sequence[str]) -> tuple[str, ...]:
    """``lines`` of a body without the furniture and the empty lines at its end.

    Lines on the list go, and so do lines of at most ``SHORT`` characters that end without
    punctuation, unless nothing but them would be left: a real last line is rarely that short.
    """
    end = _end(lines, _is_empty_or_listed)
    shorter = _end(lines[:end], lambda line: _is_empty_or_listed(line) or _is_scrap(line))
    return tuple(lines[: shorter or end])


def leads_elsewhere(line: str) -> bool:
    """Whether a line is an invitation to another article: "Read also: ...", with its headline."""
    head, _, rest = line.replace("|", ":").partition(":")
    return bool(rest.strip()) and _folded(head) in _INVITATIONS


def _end(lines: Sequence[str], goes: Callable[[str], bool]) -> int:
    end = len(lines)
    while end and goes(lines[end - 1]):
        end -= 1
    return end


def _is_empty_or_listed(line: str) -> bool:
    folded = _folded(line)
    return not folded or folded in _FURNITURE


def _is_scrap(line: str) -> bool:
    bare = line.strip()
    return len(bare) <= SHORT and not bare.endswith(_ENDS)
