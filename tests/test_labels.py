import pytest

from stattable.reading.labels import label_name, possible_labels


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("宣传活动", "宣传活动"),
        ("一、宣传活动", "宣传活动"),
        ("十二、媒体宣传\n(篇数)", "媒体宣传"),
        ("1.宣传活动", "宣传活动"),
        ("１．宣传活动", "宣传活动"),
        ("1、活动场次", "活动场次"),
        (" 2、\n宣传人数", "宣传人数"),
        ("3 官网", "官网"),
        ("1)省级计生协（填有/无）", "省级计生协"),
        ("（一）服务活动", "服务活动"),
        ("(1)服务活动", "服务活动"),
        ("①活动场次", "活动场次"),
        ("② 宣传人数", "宣传人数"),
        ("1活动场次", None),  # a number of something
        ("2021、活动场次", None),
        ("一、宣传活动情况", None),
        ("一、", None),
        ("第一、宣传活动", None),
    ],
)
def test_a_label_with_a_number_in_front(text: str, name: str | None) -> None:
    assert label_name(text) == name
    assert bool(possible_labels([text])) is (name is not None)


@pytest.mark.parametrize("text", ["活动场次（7）", "活动场次\n(１２０)", "1、活动场次【7】", "活动场次（场）（7）"])
def test_a_figure_in_a_labels_brackets_makes_it_none(text: str) -> None:
    assert label_name(text) is None


@pytest.mark.parametrize("text", ["（7）活动场次", "⑴活动场次", "活动场次（场）", "活动场次（5.29当天）"])
def test_other_brackets_do_not(text: str) -> None:
    assert label_name(text) == "活动场次"
