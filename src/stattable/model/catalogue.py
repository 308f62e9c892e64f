"""The catalogue: every code with its severity and its Chinese words. No finding's text stands anywhere else.

Texts are templates over the finding's own data: ``{where}`` is the field's label and cell, ``{raw}`` what stands
there, the rest are its parameters, of which lists are put into words as `_LISTINGS` says. A code is never given a second
meaning.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from stattable.libraries import LIBRARIES
from stattable.model.findings import Finding, Severity
from stattable.model.form import BLANK_WORD
from stattable.model.identity import IDENTITY_SHEET
from stattable.model.record import RECORD_SHEET
from stattable.model.text import listed, runs

FAMILIES: Final[Mapping[str, str]] = {
    "F": "文件",
    "T": "表式",
    "U": "单位",
    "V": "填报值",
    "R": "表内勾稽",
    "O": "异常值",
    "H": "上下级",
    "C": "完整性",
    "A": "附件",
    "P": "核对",
    "B": "材料",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One code.

    Attributes:
        code: a family's letter and three digits; never reused.
        severity: how bad its findings are, unless a finding has its own.
        title: in a few words.
        text: the message: where, what is wrong.
        remedy: the end of the message: what to do.
        why: the rule and its purpose, for `explain` and the documentation.
    """

    code: str
    severity: Severity
    title: str
    text: str
    remedy: str
    why: str


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

_ENTRIES: Final = (
    # -- files
    Entry("F001", _E, "文件损坏或无法识别", "这个文件打不开：内容不完整，或者不是表格文件。",
          "请让报送单位在电脑上重新打开原表，另存为 .xlsx 再报送。",
          "文件传输中断、被改过扩展名或存储出错时会这样。按文件内容判断，不看扩展名。"),
    Entry("F002", _E, "文件有密码", "这个文件设了打开密码，读不出来。",
          "请报送单位取消密码（文件 → 另存为 → 工具 → 常规选项，清空密码）后重新报送。",
          "加密的工作簿无法汇总，程序也不会尝试猜密码。"),
    Entry("F003", _E, "空文件", "这个文件是空的（0 字节）。", "请报送单位重新发送。",
          "多半是聊天软件没有下载完，或传输失败。"),
    Entry("F004", _E, "超过读取限度", "这个文件超过限度：{reason}。",
          "一张报表通常不到 1 MB。请把《信息统计表》复制到新工作簿，只粘贴数值后另存为 .xlsx。",
          "一个文件最大 20 MB，解压后最大 200 MB 且不超过原来的 100 倍，读取最多 5 秒、300 MB 内存"
          "（汇总表最大 200 MB，每满 1 MB 再加 8 秒、40 MB）；限度用来防止坏文件拖垮整个汇总。"),
    Entry("F005", _E, "不是能读取的表格", "这是{kind}，{why}。", "{advice}",
          "读取 .xlsx、.xlsm、.xlsb、.xls、WPS 的 .et、.ods，以及存成 .docx、网页、XML 或文本的同一张表。其他格式要先转成 .xlsx。"),
    Entry("F006", _I, "文件夹里的其他文件", "文件夹里有 {count} 个文件不是报表，未读取：{names}。",
          "如果其中有应当报送的报表，请转成 .xlsx 后重新放入。",
          "照片、视频、总结等常与报表放在一起，不计入收到的报表。"),
    Entry("F007", _E, "读取时出错", "读取时出错：{detail}。其他文件不受影响。",
          "请看看它在电脑上能不能正常打开；能打开的，把《信息统计表》复制到新工作簿后另存为 .xlsx 重试，并把原文件发给维护人员。",
          "一个文件出错不会中断整批检查。加 --debug 可看到详细的出错位置。"),
    Entry("F008", _W, "有工作表丢失", "工作簿里列着工作表{sheets}，里面的内容却不在文件里，没有读到。",
          "如果里面有应当报送的内容（如附表），请让报送单位在电脑上重新打开原表，另存为 .xlsx 再报送。",
          "有的程序写出的文件里，工作表只剩一个名字。信息统计表还在时照常读取，丢失的另外说明。"),
    Entry("F009", _W, "没有下载完的文件或链接", "文件夹里有 {count} 个文件只是没有下载完的文件、云文档的链接或占位文件，里面没有报表：{names}。",
          "请核对它们代表的报表是不是都在这里；不在的，重新下载，或请报送单位发来 .xlsx。",
          "浏览器、网盘和云文档会留下这样的文件，名称像报表，内容却不在里面。"),
    Entry("F010", _E, "这台电脑读不了的文件", "这是{kind}，这台电脑读不了：没有能用的 {library}。",
          "请在 Excel 或 WPS 里打开，取消密码和保护，另存为 .xlsx 再检查；或者换一台装齐了程序库的电脑（Windows 64 位的都装得齐）。",
          "有的电脑（如龙芯）没有现成的程序库，读不了 .xlsx 以外的格式。文件本身不一定有错，但没有读到，不能算作已收。"),
    # -- the form
    Entry("T001", _E, "没有《信息统计表》", "这个工作簿里没有找到《信息统计表》。",
          "请确认发来的是信息统计表；如果表头被改过，请用下发的空白表重新填写。",
          "程序按表中的文字标签（如“宣传活动”“活动场次”）找表，不按位置取数。"),
    Entry("T002", _E, "表头缺失或被改动", "表头“{label}”{seen}。",
          "请按下发的表式恢复这个表头，再重新报送。",
          "每个数字靠它的表头定位。表头缺失、被改写或重复时，无法确定数字属于哪一栏，绝不按位置猜。"),
    Entry("T003", _E, "届次不一致", "表题是第 {edition} 个会员活动日（{year} 年），{expected}。",
          "请确认是否放错了年份的文件；如果只汇总某一届，请用 --edition 或 --year 指明。",
          "不同年份的数字不能相加。会员活动日的届次 = 年份 − 1998。"),
    Entry("T004", _W, "合并单元格里藏有内容", "{cell} 被合并单元格盖住，里面藏有“{raw}”，没有计入。",
          "请取消合并后核对：这个内容应当删去，还是应当填在看得见的格子里。",
          "合并单元格只显示左上角的内容，其余格子里的数字看不见，打印不出，也不读取。"),
    Entry("T005", _E, "一栏下不是一行数字", "“{label}”的表头下面{reason}（{cell}），无法确定哪一个是填报数。",
          "请按下发的表式，在表头下面只留一行填报数，把合计、备注等移到表外。",
          "每一栏只应有一行数字；多出来的行不猜。一行一个单位的汇总清单不是报表。"),
    Entry("T006", _E, "一个工作簿里有两张表", "这个工作簿里有多张填了数的信息统计表：{sheets}。",
          "请每个文件只留一张表；属于两个单位的，分成两个文件报送。",
          "不确定以哪一张为准时，哪一张都不计入。"),
    Entry("T007", _W, "看不见或划掉的数", "{where} 有数“{raw}”，但{reason}。",
          "请核对：该报的恢复正常显示，不该报的删去。这里先按有效的数计入。",
          "隐藏的行、列、工作表，白色的字和划掉的数照样读取，但填表人和盖章的人可能没有看到，或者并不想报。"),
    Entry("T009", _I, "按多数文件的届次", "没有指明届次，{count} 个文件是第 {edition} 个会员活动日（{year} 年）的，按这一届；另有 {others} 个是别的届次，没有计入（T003）。",
          "如果不对，请用 --edition 或 --year 指明。",
          "写了届次的文件一半以上相同时按这一届，其余的逐个退回，不耽误整批；不到一半以上的，要指明届次。"),
    # -- units
    Entry("U001", _E, "没有填单位名称", "“单位（公章）”后面没有填单位名称。", "{advice}",
          "没有单位名称，无法确定这张表由谁负责。"),
    Entry("U002", _E, "名册里没有这个单位", "单位“{name}”{reason}。", "{advice}",
          "只有与名册（或其他文件的单位标识）唯一对应的单位才计入；同名的不止一个时不猜。"),
    Entry("U003", _E, "填错了别人的表", "这张空白表是发给“{made_for}”的，表上的单位却是“{name}”。",
          "请用发给本单位的空白表重新填写，不要拿邻近单位的表改名再填。",
          "空白表里带有单位标识。标识与表上单位名称不一致时，这个文件不计入任何一个单位，以免记错账。"),
    Entry("U004", _I, "重复报送（内容相同）", "与“{other}”是同一单位的同一张表，数字完全相同，只计一次。",
          "不用处理。", "同一张表经邮件和聊天软件各发一次很常见。其中有带记录的汇总表的，汇总表计入；有用退回的表发回来的，那一份计入；都没有的，按路径排序，第一个计入。"),
    Entry("U005", _E, "同一单位报了不同的表", "“{name}”报了 {count} 张{reason}的表，这是其中一张，另有 {others}。哪一张都没有计入。",
          "请与报送单位核实，只留下正确的一张；或者汇总时加 --duplicates latest，以填报日期较晚的为准。",
          "两张不同的表不能都计，也不能随便挑一张。"),
    Entry("U006", _W, "不知道单位是哪一级", "无法确定“{name}”是哪一级的单位。",
          "请用 --roster 名册.csv 提供名册；只作检查时，也可以加 --level 县级（或别的级别）指明。",
          "哪些栏应当由本单位填，要看它的级别。单看名称无法区分“市”“区”的级别。"),
    Entry("U007", _E, "名册有错误", "名册第 {rows} 行{how_many}：{reason_text}。", "请改正名册后重试。",
          "名册有任何错误都整份不用，以免单位挂错上级。同一个原因的各行一起说。"),
    Entry("U008", _I, "以前的汇总结果", "这是“{name}”以前的汇总表，它所依据的报表都在这里，这次不计入。", "不用处理。",
          "汇总表与它所依据的下级报表放在一起时，再加一遍就会重复计数。"),
    Entry("U009", _E, "单位标识互相矛盾", "单位标识矛盾：{reason}。",
          "请核对是哪一个不对；按名册重新下发空白表（stattable new --roster 名册.csv -o 空白表）最可靠。",
          "文件里带的代码、名称、级别、上级与名册或多数文件对不上的，错在这个文件；说不清多数的，说到这个单位的都不计入。"),
    Entry("U010", _W, "较早的报表被替换", "“{name}”另有较晚的报表“{other}”，已以较晚的一张为准，这一张没有计入。",
          "请确认较晚的一张确实是更正后的报表。",
          "同一单位的不同报表以填报日期较晚的为准，日期相同的看文件时间。"),
    Entry("U011", _I, "单位的位置由程序推断", "“{name}”没有写明上级，也没有名册，直接归“{root}”汇总；级别按{reason}定为{level}{apart}。",
          "请核对；不对的，用 --roster 名册.csv 提供名册，或让它改用带标识的空白表。",
          "没有名册时，找不到上级的单位直接挂在汇总单位下面，这样合计不会错，但看不出它归哪个下级管。"),
    Entry("U012", _I, "汇总单位由程序推断", "没有指明给谁汇总，按报表里的单位标识，给“{name}”（{level}）汇总。",
          "如果不对，请用 --root 代码，或 --unit 名称 --level 级别 指明。",
          "没有名册也没有指明时，取所有报表共同的、最低一级的上级。"),
    Entry("U013", _E, "单位标识不可信", "文件里隐藏的单位标识{reason}，下发的空白表和汇总表不会这样。整个文件没有读取。",
          "请把数字填进下发的空白表，重新报送。",
          "单位标识里的上级不过几级，名称和代码不长，届次和个数合乎情理。超出这些限度的，不知道是谁改的，既不按它归属，也不当作没有标识。"),
    Entry("U014", _E, "分不清是不是同一个单位", "“{name}”另有同名的表：{others}。看不出是一个单位报了两次，还是两个单位，这一张没有计入。",
          "是同一张的，删去多余的一份；是两个单位的，请用 --roster 名册.csv 提供名册，或改用带标识的空白表，或把表放进以上级命名的文件夹。",
          "没有名册时，同名的表只能按上级分辨：文件夹的名称、单位名称前面的上级、空白表里的标识。都没有说的，既不能当作一个单位，也不能当作两个。"),
    Entry("U015", _I, "名册是怎样读的", "读名册时，{parts}。", "请核对；其中有单位的，请改好名册后重试。",
          "表头上面的标题、重复的表头、合计和说明不是单位，别的工作表不读；隐藏的行照样是单位。略过了什么，都在这里列出。"),
    Entry("U016", _I, "已更正", "“{name}”后来报了合格的表“{other}”，这一份的问题已经了结。", "不用处理。",
          "退回的报表之后又收到同一单位、同一口径的合格报表，先后由填报日期、再由文件时间确定，就算已经更正。用退回的表改好发回来的，不看日期，原来那份就算已经更正，要核实的也是。"),
    Entry("U017", _I, "单位名称的写法不同", "单位名称填的是“{name}”，按“{known}”归属：{reason}。", "不用处理。",
          "繁体字、二○三里的圆圈、只是看上去相同的字，按通行的字认；在发给本单位的空白表里，名称后面多写的办公室等不算另一个单位。"),
    Entry("U018", _E, "单位名称是公式，没有结果", "单位名称（{cell}）填的是公式，没有得出名称，显示的是“{raw}”{maybe}。",
          "请在 Excel 或 WPS 里打开，删去这个公式，直接填写单位名称，再重新报送。",
          "公式引用的格子被删去、改了位置或者空着，就得不出名称。没有名称，无法确定这张表由谁负责。"),
    Entry("U019", _W, "备份或临时文件", "这是备份或临时文件{reason}。", "请核对内容；用不着的，移到别处。",
          "办公软件会在报表旁边留下备份（.xlk、.bak）和没有保存完的临时文件（八位字母数字、没有扩展名），里面多半是改正前的数。"),
    Entry("U020", _W, "更正之前以另一份为准", "“{name}”另有一份合格的报表“{other}”，{reason}。现在以那一份的数为准，这一份没有计入。",
          "如果这一份才是对的，请改正后重新报送；如果不要了，请移到别处。",
          "退回的报表比合格的晚，或者分不清先后时，不知道报送单位要的是哪一份，所以仍要处理。"),
    # -- values
    Entry("V000", _E, "空白表", "这张表一个数字也没有填。",
          "请报送单位填好后重新报送；没有开展的填 0。", "空白表不算报送。"),
    Entry("V001", _W, "本级栏目没有填", "{section}：本级应填的栏目有 {count} 格空着（{cell}）。",
          "没有开展的请填 0，漏填的请补上。", "空白不等于 0：空白是没有报，0 是报了没有。"),
    Entry("V002", _E, "不是数字", "{where}填的是“{raw}”，不是一个数字{maybe}。", "请改填一个整数；没有就填 0。",
          "“若干”“见附件”“同上”等无法相加。"),
    Entry("V003", _E, "不是一个确切的数", "{where}填的是“{raw}”，不是一个确切的数{maybe}。",
          "请改填一个确切的整数。", "“约”“余”“多”、区间和算式不能汇总，程序不会替报送单位取数。"),
    Entry("V004", _E, "负数", "{where}填的是“{raw}”，不能是负数。", "请核对后改正。",
          "场次、人数、篇数、个数都不会小于 0。"),
    Entry("V005", _E, "不是整数", "{where}填的是“{raw}”，应当是整数{maybe}。", "请核对后改正；格子里看上去是整数的，是单元格格式藏起了小数。",
          "场次、人数、篇数、个数都是整数；数字带小数多半是用了“万”作单位或公式算出来的。"),
    Entry("V006", _E, "公式没有结果", "{where}的公式“{raw}”还没有算出结果。",
          "请在 Excel 或 WPS 里打开后保存一次{instead}。",
          "错误值（#REF! 等）和从未计算过的公式看起来像空白，其实不是，绝不当作空白。"),
    Entry("V007", _I, "按惯例读取", "{where}填的是“{raw}”，{taken}，", "不用处理。",
          "千分位、单位（场、人、篇等）、汉字数字和“/”“-”有通行的读法。"),
    Entry("V008", _W, "读取结果请核实", "{where}填的是“{raw}”，{taken}。", "请核实：对的话改填这个数，不对请更正。",
          "“1.2万”“120（线上80）”“无”等读法不唯一，“音频”“视频”分成两栏的相加；读了，但要人看一眼。"),
    Entry("V009", _E, "不是有或无", "{where}填的是“{raw}”，应当填“有”或“无”。", "请改填“有”或“无”。",
          "省级官网和微信公众号只问有没有。"),
    Entry("V010", _W, "填报日期", "填报日期{problem}。", "请填写完整、正确的日期，如 {year}年6月15日。",
          "日期用来分辨先后两次报送，不影响计数。"),
    Entry("V011", _W, "联系电话", "联系电话{problem}。", "请补上能打通的电话。", "发现问题要找得到人，不影响计数。"),
    Entry("V012", _W, "联系人", "没有填联系人姓名。", "请补上联系人。", "发现问题要找得到人，不影响计数。"),
    Entry("V013", _W, "显示的和存的不一样", "{where}存的数是“{raw}”，{appears}。",
          "请把单元格格式改成“常规”，核对后重新保存。这里按存的数计入。",
          "格式只改变样子，不改变存的数：存 12、格式是 0\"万\"，看上去是 12 万。汇总用的是存的数。"),
    # -- relations within a form
    Entry("R001", _E, "有人数没有场次", "{label}：人数{people_at}是 {people}，场次{sessions_at}却是{sessions}。",
          "请核对：补上场次，或者改正人数。",
          "没有活动就不会有参加的人。汇总表里只作核实，因为问题可能出在下级。"),
    Entry("R002", _W, "有场次没有人数", "{label}：场次{sessions_at}是 {sessions}，人数{people_at}却是{people}。",
          "请核对：补上人数，或者改正场次。", "开展了活动通常有参加的人。"),
    Entry("R003", _W, "人数少于场次", "{label}：场次{sessions_at}是 {sessions}，人数{people_at}却只有 {people}。", "请核对两个数是否填反了。",
          "平均每场不到一个人，多半是两格填反了。"),
    Entry("R004", _E, "填了别级的栏目", "{where}填了“{raw}”，{whose}不填这一栏。",
          "{move}",
          "每一级只填本级（汇总表还有下级）的栏目，别级的数字由别级报。"),
    Entry("R005", _E, "本级表里有下级的数", "{where}填了“{raw}”，而这是一张本级表，下级的数由下级自己报。",
          "请清空这一格；如果这张表本来就包含下级，请改用汇总空白表。",
          "本级数和下级数混在一起，汇总时就会重复计数。"),
    # -- outliers
    Entry("O001", _W, "场均人数过多", "{where}：{sessions} 场共 {people} 人，平均每场超过 {limit} 人。",
          "请核实是否多填了；确是线上活动的，请向汇总单位说明。", "一场超过 5,000 人的活动很少见，多半是多填了零。"),
    Entry("O002", _W, "场次过多", "{where}是 {raw} 场，{whose}本级通常不超过 {limit} 场。",
          "请核实是否多填了，或者把下级的也算进去了。",
          "村 20 场、乡镇 100 场、县和地市 1,000 场是本级数的常见上限。"),
    Entry("O003", _W, "人数过多", "{where}是 {raw} 人，{whose}本级通常不超过 {limit} 人。",
          "请核实是否多填了，或者把下级的也算进去了。",
          "村 2,000 人、乡镇 20,000 人、县和地市 200,000 人是本级数的常见上限。"),
    Entry("O101", _W, "比上年多得多", "{where}填的是 {raw}，{then}是 {was}{times}。",
          "请核实：填错的请改正；确是这样的，请写明原因。",
          "加 --previous 时与同一单位上一次的数比较。两边口径相同才比；多出 5 倍以上（可用 --factor 改），而且人数到了 500、其他到了 10 的，多半是多填了零或填错了栏。"),
    Entry("O102", _W, "比上年少得多", "{where}填的是 {raw}，{then}是 {was}{times}。",
          "请核实：填错的请改正；确是这样的，请写明原因。",
          "加 --previous 时与同一单位上一次的数比较。两边口径相同才比；不到五分之一（可用 --factor 改），而且上次人数到了 500、其他到了 10 的，多半是漏填、少填了零或者漏了下级。"),
    Entry("O103", _W, "上年有数，今年没有", "{where}填的是 {raw}，{then}是 {was}。",
          "请核实：漏填的请补上；确实没有开展的，请填 0 并写明原因。",
          "加 --previous 时与同一单位上一次的数比较。上次人数到了 500、其他到了 10，这次是 0 或空着的，要说明原因。"),
    # -- between levels
    Entry("H001", _E, "汇总数大于下级之和", "{where}：{name}上报 {reported}，{known}，多出 {difference}。{state}",
          "请与{name}联系{contact}，问清这一栏多出的部分由谁报。",
          "差额代表本单位自己的数和没有收到的报表。该收的都收到了还有差额，就说不清来处。"),
    Entry("H002", _E, "汇总数小于下级之和", "{where}：{name}上报 {reported}，{known}，反而少 {shortfall}。",
          "请与{name}联系{contact}：这一栏的汇总漏了下级，或者下级后来更正过。",
          "汇总数包含全部下级，不可能比下级之和还小。以上报数为准，不改动。"),
    Entry("H003", _E, "分不清本级数还是汇总数", "“{name}”的表{reason}，无法确定是本级数还是汇总数。",
          "请向报送单位问清，再用 --scope {key}=own（本级）或 --scope {key}=cumulative（汇总）指明，或写进名册的“口径”列。",
          "把本级数当成汇总数会漏掉下级，反过来会重复计数，所以问清之前不计入。"),
    Entry("H004", _E, "无法确定上级，可能重复计数", "{reason}。",
          "请用 --roster 名册.csv 提供名册，或让标识不全的单位改用按名册做的空白表。没有写出汇总表。",
          "没有名册时，只知道单位自己写明的代码和上级。一张汇总数可能已经包含另一张表、又不能排除时，合计就可能重复。"),
    Entry("H005", _I, "口径由程序推断", "这张表没有写明口径，按{scope}数处理：{reason}。", "如果不对，汇总时请加 --scope {key}={other_scope}。",
          "有下级栏目的数就是汇总数；没有下级报表，或下级自己报了，就是本级数。"),
    Entry("H006", _E, "汇总表过时了", "这份“{name}”的汇总表照原样计入，可是它汇总以后，下级又报来或者更正了 {count} 份报表，没有算在里面：{units}。",
          "请让“{name}”重新汇总后再报；或者把它汇总时用的报表全部放进来，由这次汇总重新计算。",
          "汇总表带着它由哪些报表加起来的记录（SHA-256、单位、口径、数字）。它下面新来的、数字变了的报表不在记录里，不会被悄悄加进去，也不会被悄悄丢掉。"),
    Entry("H007", _E, "重复计数", "“{holder}”算进去的 {count} 份报表，在“{other}”里又算了一次：{units}，重复的数是 {figures}。",
          "请弄清这些单位归谁汇总，让另一方重新汇总；撤并或划转的单位，只能在一处计入。",
          "按汇总表的记录判断：同一份报表（SHA-256），或同一单位、同一口径的报表，只能计入一次。"),
    Entry("H008", _E, "以前的汇总结果里有这里没有的报表", "“{name}”以前的汇总结果{reason}。这次汇总会把它们丢掉，所以没有写出汇总表。",
          "请把这些单位的报表也放进来；确实不再计入的，先把这份以前的汇总表移到别处。",
          "汇总单位自己以前的结果不能再加一遍。它所依据的报表都在这里时不计入（U008）；有不在这里的，就不能悄悄丢掉。"),
    # -- completeness
    Entry("C001", _W, "没有收到报表", "{name}：{names}没有报{how_many}。{contact}", "请催报。",
          "名册里应当填报、没有收到、也没有包含在上级汇总数里的单位，按上级归在一起，一个不少；本级和下级都没有报的，合成一条。"
          "check 只在给了名册、检查的是文件夹、至少有两个单位的报表时说，只说这些单位共同的上级以下的单位。"),
    Entry("C002", _W, "有的级一个数也没有", "“{name}”的汇总里，{levels}的栏目一个数也没有。",
          "请核对这些数由谁报：各自报的，请催报；由上一级一起报的，请让上一级改用汇总空白表（new --scope cumulative，或名册的“口径”列）；没有开展的填 0。",
          "名册里没有的级不会列为没有报。下级的数没有人报时，合计看上去完整，其实少了整级；已经列为没有报或退回的级不再说。"),
    Entry("C003", _W, "下级的汇总表里有缺报", "“{name}”的汇总表里还有 {count} 个单位没有报（{levels}），它们的数不在里面。",
          "请催报；补齐以后，请“{name}”重新汇总再报。确实报不上来的，请写明理由。",
          "下级汇总时已经知道缺了谁，逐级上报都要说清楚，合计才不会看上去完整。"),
    Entry("C004", _W, "情况说明没有写明原因", "工作表“{sheet}”里有 {count} 处情况说明没有写明原因（{cells}），如“{text}”。",
          "请写明具体原因，如“与邻村合办，人数各报一半”；只写“核实无误”“情况属实”等不算说明。",
          "核实性问题写明了理由才算说明。只说没有错，看的人还是不知道为什么。"),
    Entry("C005", _I, "情况说明没有用上", "{reason}：{texts}。", "{advice}",
          "情况说明按编号、单位、栏目和内容与审核意见对上；内容变了就要重新说明，对不上的不算说明。"),
    Entry("C006", _W, "只有扫描件或照片", "“{name}”没有报能读的表，只有扫描件或照片：{files}。", "请它发来填好的 .xlsx 原表；盖章的扫描件另行存档。",
          "扫描件、照片和 PDF 里的数读不出来，不算报送，合计里也没有。"),
    # -- the annex of accounts
    Entry("A001", _W, "附件与表上的个数不一致", "{reason}。", "请核对：补全附件，或者改正表上的个数。",
          "说明第 2 条：网站和新媒体建设一栏填了的，要附上已开通单位的名称、网址、公众号二维码和微博名，个数应当一致。"),
    Entry("A002", _W, "网址不对", "{label}（{cell}）填的是“{raw}”，不是完整的网址{maybe}。", "请填写以 http:// 或 https:// 开头的网址。",
          "网址要能直接打开。程序只看写法，不访问任何网址。"),
    Entry("A003", _W, "公众号没有二维码", "公众号“{name}”没有附二维码（{cell}）。", "请把公众号的二维码图片插入这一格。",
          "每个公众号都要附二维码，方便核对和关注。"),
    Entry("A004", _W, "不是公众号的二维码", "{label}（{cell}）的图片{reason}。", "请换成公众号的二维码图片（公众号后台 → 设置 → 二维码，下载 PNG 或 JPG）。",
          "个人名片、群、收款码、小程序码、文章链接都不是公众号的二维码。二维码在本机识别，不联网。"),
    Entry("A005", _W, "附件里重复", "{label}（{cell}）的“{raw}”与“{other}”（{where}）相同。", "请核对：一个账号只列一次，属于哪个单位就列在哪个单位。",
          "两个单位填了同一个网址、二维码或微博名，多半是抄错了行。"),
    Entry("A006", _W, "不像微博名", "{label}（{cell}）填的“{raw}”不像微博名{maybe}。", "请填写微博的名称，不带 @，不填网址。",
          "微博名是 4 到 30 个字符（一个汉字算两个），只有汉字、字母、数字、_ 和 -。"),
    Entry("A007", _W, "附件里的单位或层级不清楚", "{label}（{cell}）{reason}。", "请补上单位的全称和层级（省级、地市级或县级）；不归本单位汇总的，删去这一行。",
          "附件的每一行要说清是哪个单位、哪一级，才能与表上的个数核对。"),
    Entry("A008", _W, "附件的图片读不出来", "这种格式的文件里，附件的图片读不出来。", "请用 Excel 或 WPS 另存为 .xlsx 再报送。",
          ".xls、.ods 等格式里的图片不读取，文字照样读取。"),
    Entry("A009", _W, "上下级的附件不一致", "下级附件里的{names}，在“{name}”的汇总附件里没有。", "请与{name}核对，补全它的汇总附件。",
          "单位报了汇总表，附件也以它的为准，不再加下级的；两边不一致时指出来。"),
    Entry("A010", _I, "附件的图片在这台电脑上没有识别", "这台电脑上没有能用的 {library}，附件里的 {count} 张图片没有识别。",
          "要核对二维码的，请换一台装齐了程序库的电脑（Windows 64 位的都装得齐）检查和汇总。",
          "没有识别图片的程序库时，文字和个数照常核对，二维码不核对；没有 Pillow 时，汇总表的附件里也没有图片。"),
    # -- whether a merged workbook still proves its total
    Entry("P001", _E, "页上的数被改动", "{where}现在是“{raw}”，汇总出来的是“{expected}”。",
          "这一格在汇总以后被改过。请改回去；数字确实不对的，请改正下级报表后重新汇总。",
          "盖章的页必须等于本级与下级之和。改动汇总页不会改变下级的报表，两边就对不上了。"),
    Entry("P002", _E, "分单位汇总的数被改动", "“分单位汇总”{cell}（{name}，{label}）现在是“{raw}”，汇总出来的是“{expected}”{others}。",
          "这里在汇总以后被改过。请改回去；数字确实不对的，请改正这个单位的报表后重新汇总。",
          "每个单位一行，用公式逐级相加得到合计。改动其中一格的数或者公式，合计就证明不了。同一行或同一列被改的格子一起说。"),
    Entry("P003", _E, "汇总表的结构被改动", "{where}{reason}。", "请用原来的汇总表核对，或者重新汇总。",
          "行被移动，工作表被删除、隐藏、改名或添加，名称、表题、表头被改之后，看到的就不是汇总出来的。"),
    Entry("P004", _E, "报表变了", "汇总以后，有 {count} 份报表变了：{names}。", "请重新汇总；不该变的，请找回汇总时的文件。",
          "按文件内容的指纹（SHA-256）判断，与文件名和时间无关。"),
    Entry("P005", _E, "报表不见了", "汇总时用过的 {count} 份报表不在这里：{names}。",
          "请把它们放回来再核对；确实撤回的，请重新汇总。", "按文件内容的指纹（SHA-256）查找，改名、换文件夹都能找到。"),
    Entry("P006", _E, "汇总以后新来的报表", "有 {count} 份报表不在汇总台账里，是汇总以后来的：{names}。", "请重新汇总。",
          "来了新的报表，原来的汇总表就过时了。"),
    Entry("P007", _E, "重新汇总的数不同", "{name}{place}，按现在的报表重新汇总，有 {count} 个数不同：{figures}。{others}", "请重新汇总。",
          "用手边的报表和汇总时的选项再汇总一次，逐格比较。"),
    Entry("P008", _E, "不能重新汇总", "用手边的报表不能重新汇总：{detail}", "请检查给出的文件夹是否正确、报表是否齐全。",
          "没有可用的报表时，不能证明汇总表与报表一致。"),
    Entry("P009", _E, "汇总表自相矛盾", "{where}{reason}。", "汇总表在汇总以后被改过。请用原来的汇总表，或者重新汇总。",
          "页、分单位汇总、台账、单位标识、记录各说一遍同一件事，任何两处不一致都要指出来。记录和标识在隐藏的工作表里。"),
    Entry("P010", _E, "看到的与汇总时写出的不同", "{where}{reason}。", "请恢复原样，或者重新汇总。打印、盖章要用原样的页。",
          "隐藏的行列、白色的字、数字格式、条件格式、压在上面的图形、改过的图、页眉页脚和打印区域，都能让人看到另一个数。另存和调列宽不算。"),
    Entry("P011", _E, "汇总时写出的文字被改动", "{where}有 {count} 行与汇总时写出的不同：第 {rows} 行。",
          "请用原来的汇总表，或者重新汇总。经办人只填“核实情况”一栏，页上只改联系人、电话和日期。",
          "汇总时给每一行留了记号，报送情况、审核意见、台账、明细和页边的说明被改动，也看得出来。"),
    Entry("P012", _E, "重新判断的结果不同", "用这些报表重新判断，与汇总表里写的不同：{sheets}。",
          "报表一份没变，判断却不同，说明汇总表被改过。请用原来的汇总表，或者重新汇总。",
          "报表一份没变时也重新判断一次：哪些计入、口径、退回的原因、各单位的报送情况和审核意见，逐项比较。"),
    Entry("P013", _E, "校验码不同", "{where}的校验码是“{raw}”，按这份汇总表算出来的是“{expected}”。",
          "页脚或台账的校验码被改过，或者汇总的内容被改过。请用原来的汇总表，或者重新汇总、重新打印。",
          "校验码由页上的 40 个数、单位、届次和所有计入的报表的指纹算出，印在页脚。改动任何一样，校验码就不同。"),
    Entry("P014", _E, "报来的汇总表被改动过", "“{name}”报来的汇总表“{path}”有 {count} 个数与它自己的记录加起来的不同，是它汇总以后填上去的：{labels}。",
          "请让“{name}”改回去，或者改正它的下级报表、重新汇总后再报，再由这里重新汇总。",
          "这份汇总表本身没有错，错在报来的那一份：它的数照原样计入了，可是没有报表证明得了。"),
    # -- the papers that are handed in with a return
    Entry("B001", _E, "材料里没有信息统计表", "“{name}”的材料里没有信息统计表{below}{scans}。",
          "请放入填好的 .xlsx 原表（有下级的放汇总表）；不是单位的文件夹，请并到单位的文件夹里。",
          "要报的材料以信息统计表为主。有下级单位文件夹的，每个文件夹是一个单位的材料，放在外面的是本级的。"),
    Entry("B002", _W, "材料不全", "{names}的材料里没有{kinds}。", "请补齐后重新打包；确实没有的，请向上级说明。",
          "6 月 30 日前要报的是：信息统计表和附件、经验总结、照片、视频。照片和视频按文件内容认；经验总结是 Word、PDF 等文档，"
          "名称里最好有“总结”。"),
    Entry("B003", _E, "材料打不开", "“{name}”的材料里有 {count} 个文件{reason}：{names}。", "请换成能正常打开的文件后重新打包。",
          "照片解码到底，视频看文件长度与里面写的是否一致，文档看内容是否完整、有没有密码。没有复制完、没有下载完的文件会这样。"),
    Entry("B004", _I, "没有放进包里的文件", "有 {count} 个文件没有放进包里，{reason}：{names}。", "{advice}",
          "临时文件、缩略图、没有下载完的文件和程序不是材料，放进去收件的人打不开，或者收不到。"),
    Entry("B005", _E, "没能放进包里", "有 {count} 个文件或文件夹没有放进包里，{reason}：{names}。", "{advice}",
          "只打包这个文件夹里实际有的文件，不跟着链接走到外面去，以免把无关的文件报上去。"),
    Entry("B006", _E, "有单位没有交材料", "有 {count} 个单位什么材料都没有：{names}。", "请催报；不用报的，在名册的“填报”一列写“否”。",
          "按名册，直接下级每个要填报的单位都应有一个文件夹。"),
    Entry("B007", _W, "过了截止日期", "{due}。", "请尽快报送，并向上级说明。", "不写 --deadline 时，截止日期是当年 6 月 30 日。"),
    Entry("B008", _I, "在包里换了名字", "有 {count} 个文件在包里换了名字，好在 Windows 上解压：{names}。", "不用处理，原来的文件没有改动，两个名字清单里都有。",
          "Windows 不认的字符、保留的名称、太长的名称和只有大小写不同的名称，解压时会出错或互相覆盖。"),
    Entry("B009", _E, "打包时文件变了", "打包的时候，有 {count} 个文件变了：{names}。", "请关闭正在写它们的程序，等复制、下载完了再重新打包。",
          "检查过的和放进包里的必须是同一份。"),
    Entry("B010", _W, "没有看压缩包里有什么", "“{name}”的材料里有 {count} 个压缩包，原样放进包里，没有看里面有什么：{names}。",
          "请先解压到这个单位的文件夹里，再重新打包。", "压缩包里的材料算不算数、打不打得开，只有解压以后才能检查。"),
    Entry("B011", _E, "放错了文件夹", "“{other}”的表放在“{name}”的文件夹里。", "请移到它自己的文件夹里，再重新打包。",
          "一个文件夹是一个单位的材料，里面可以有它的下级的表，不能有别的单位的。"),
    Entry("B012", _W, "几个文件夹是同一个单位的", "有 {count} 个文件夹里都是“{name}”的表：{names}。",
          "请核对：确是同一个单位的，并到一个文件夹里；放错了表的，换成它自己的表，再重新打包。",
          "拿邻近单位的表放进自己的文件夹，看上去齐了，其实少了一个单位的表。"),
)  # fmt: skip

CATALOGUE: Final[Mapping[str, Entry]] = {entry.code: entry for entry in _ENTRIES}

# -- words that stand inside the texts above --------------------------------------------------------------

_ROSTER_FAULTS: Final = {
    "heads": "缺少列“{names}”（表头应为：代码 名称 级别 上级代码 口径 填报 联系人 电话 别名，至少要有代码和名称；没有代码的名册至少要有名称和上级）",
    "empty": "没有任何单位",
    "nothing": "既没有代码，也没有名称",
    "no_code": "没有代码，也没有写上级（名称是{raws}）；没有代码的单位，至少要写名称和上级",
    "no_parent": "没有写上级（名称是{raws}）；没有代码的单位要写上级单位的名称，只有最上面的一个可以不写，有几个的都写“-”",
    "stray": "代码 {codes} 前面的几位在名册里没有，看不出上级；请核对代码，或者写明上级，没有上级的写“-”",
    "no_prefix": "看不出上级（名称是{raws}），可能归没有代码的单位管；请写上级单位的名称或代码，没有上级的写“-”",
    "no_name": "没有名称（代码是 {codes}）",
    "no_words": "名称{raws}不是单位的名称；请写出单位的全称，不要用“同上”一类的记号",
    "like_note": "名称{raws}像是合计或说明，不像单位，可是写了代码、级别或上级；不是单位的，请整行删去",
    "above_heads": "在表头上面，却像是单位（{raws}）；请把表头移到所有单位的上面",
    "quotes": '引号（"）可能没有成对，{clauses}；请把表示“同上”的引号改成文字或者删去，格子里的换行也删去，再保存（存成 .xlsx 最可靠）',
    "doubled": "并排有两份名册，右边的一份（{names} 列）会漏掉；请把它接到左边一份的下面",
    "sheets": "工作表{raws}都像名册，看不出用哪一张；请只留一张，或者把单位合到一张里",
    "scientific": "{what}成了{raws}，是 Excel 把长数字改成了科学计数，后几位已经丢失；请找回原来的代码，把这一列设为“文本”格式后重新填写，"
    "另存为 .xlsx",
    "formula": "{raws}是公式或错误值，没有可用的结果；请在 Excel 或 WPS 里打开，改成文字或数字后保存",
    "duplicate": "代码 {pairs}重复",
    "same_name": "名称{pairs}重复，上级也相同；请删去多余的，是两个单位的请都写上代码",
    "same_alias": "别名{pairs}相同，上级也相同，分不清报表是谁的；请改成不同的",
    "name_long": "名称超过 {limit} 个字",
    "code_long": "代码超过 {limit} 个字符",
    "level_word": "级别{raws}认不出（应为省级、地市级、县级、乡镇级或村居社区级）",
    "level_unknown": "代码 {codes} 不是 2、4、6、9 或 12 位数字，又没有写级别",
    "level_needed": "看不出{raws}是哪一级；请在“级别”一列写明（没有这一列就加上）：省级、地市级、县级、乡镇级或村居社区级",
    "digit_lost": "代码少了一位，多半是开头的 0 被 Excel 去掉了，或者漏抄了：{pairs}；请找回原来的代码，把这一列设为“文本”格式后重新填写",
    "scope_word": "口径{raws}认不出（应为本级或汇总）",
    "expected_word": "填报{raws}认不出（应为是或否）",
    "unknown_parent": "上级代码 {codes} 不在名册里",
    "unknown_name": "上级{raws}不在名册里；请核对名称，或者为它加一行；它不归名册里的单位管的，写“-”",
    "ambiguous_parent": "分不清上级是哪一个：{clauses}",
    "cycle": "{codes} 的上级绕了一圈又回到它自己",
    "level_order": "{clauses}，上级的级别必须更高",
}
_FEW_ROWS: Final = 2  # more are counted
_LIMITS: Final = {
    "size": "文件有 {mb} MB，而一张报表最大 20 MB，一份汇总表最大 200 MB",
    "expansion": "解压后过大，像是损坏或恶意的文件",
    "parts": "里面的部件过多，像是损坏或恶意的文件",
    "cells": "表格过大，有内容的格子伸到了很远的行或列",
    "time": "读取用时过长",
    "memory": "读取占用内存过多",
}
_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "word": (" Word 文档", "请把表填进下发的 .xlsx 空白表再报送。"),
    "pdf": (" PDF 文件", "请报送单位发来填好的 .xlsx 原表；扫描件另行存档。"),
    "ofd": (" OFD 文件", "请报送单位发来填好的 .xlsx 原表；版式文件另行存档。"),
    "numbers": ("苹果 Numbers 表格", "请在 Numbers 里导出为 Excel（.xlsx）再报送。"),
    "archive": ("压缩包", "请先解压，把里面的报表放进来。"),
    "office": ("单位加密软件加密的文件", "请在装有这个软件的电脑上解密后另存为 .xlsx，再报送。"),
    "rights": (
        "设了权限管理（限制访问）的文件",
        "请有权限的人打开，取消限制（文件 → 信息 → 保护工作簿 → 限制访问 → 无限制访问），解密后另存为 .xlsx，再报送。",
    ),
    "old_excel": ("很老的 Excel（2 到 4 版）文件", "请在 Excel 或 WPS 里打开，另存为 .xlsx 再报送。"),
    "picture": ("图片", "请报送单位发来填好的 .xlsx 原表，不要发照片或截图。"),
    "video": ("音频或视频", "请报送单位发来填好的 .xlsx 原表。"),
    "slides": ("演示文稿", "请把表填进下发的 .xlsx 空白表再报送。"),
    "docx": (" Word 文档", "请把表填进下发的 .xlsx 空白表再报送。"),
    "xml": ("存成 XML 的表格", "请在 Excel 或 WPS 里打开，另存为 .xlsx 再报送。"),
    "html": ("存成网页的表格", "请在 Excel 或 WPS 里打开，另存为 .xlsx 再报送。"),
    "mhtml": ("存成单个网页文件的表格", "请在 Excel 或 WPS 里打开，另存为 .xlsx 再报送。"),
    "device": ("管道或设备，不是普通文件", "请把报表另存为普通的 .xlsx 文件。"),
    "text": ("文本文件", "请把数字填进下发的 .xlsx 空白表再报送。"),
    "program": ("程序文件", "请不要打开，直接删除。"),
}
_UNREAD_KINDS: Final[Mapping[str, str]] = {  # what is read where all libraries are here
    "xls": " .xls 或 .et 表格",
    "ods": " .ods 表格",
    "xlsb": " .xlsb 表格",
    "document": "存成 Word、网页或 XML 的表格",
    "encrypted": "加密的文件，也许不用密码就能打开",
}
_OTHER_DETAIL: Final = "里面有程序没有料到的内容（{detail}）"
_DETAILS: Final = {  # what went wrong while reading, by the name of the exception
    "PermissionError": "没有打开它的权限",
    "FileNotFoundError": "文件已经不在了",
    "OSError": "磁盘或网络出错",
    "TimeoutError": "磁盘或网络没有回应",
    "MemoryError": "内存不够",
    "crash": "读取它的程序中断了",
}
_MOVES: Final = {  # R004: where the figure belongs, by what stands there
    "free": "请把数移到{to}。",
    "filled": "请把数移到{to}；那里已经填了数，请核对以哪一个为准。",
    "none": "请清空这一格。",
}
_APPEARANCES: Final = {  # V013: how a cell does not show what it holds, by what is known of that
    "format": "单元格格式却是“{format}”，显示出来不是这个数",
    "shown": "显示出来却是“{shown}”",
}
_PROBLEMS: Final = {
    "blank": "没有填",
    "unreadable": "“{raw}”认不出",
    "impossible": "“{raw}”不存在",
    "no_year": "“{raw}”没有写年份，按 {year} 年算",
    "other_year": "“{raw}”不是 {year} 年的，和表头的届次对不上",
    "no_number": "“{raw}”里没有可用的号码",
}
_REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "T005": {
        "several": "有多行数字",
        "list": "是一行一个单位的清单",
        "none": "没有填数的行",
        "beside": "有并排的几个数",
        "untitled": "空着，旁边没有表头的格子里却有数",
        "numbering": "只有一行像是栏目编号的数",
    },
    "T007": {
        "row": "所在的行是隐藏的",
        "column": "所在的列是隐藏的",
        "colour": "字和底色是同一个颜色，看不见",
        "struck": "它被划掉了",
        "sheet": "整张工作表是隐藏的",
    },
    "U002": {
        "unknown": "不在名册里",
        "ambiguous": "有 {count} 个同名的，无法确定是哪一个：{candidates}",
        "outside": "不属于“{root}”",
        "folder": "放在“{folder}”的文件夹里，而名册里“{folder}”下面没有它",
        "level": "是{level}，不能归“{root}”（{root_level}）管",
    },
    "B003": {
        "empty": "是空的（0 字节）",
        "broken": "不完整或者已经损坏，打不开",
        "password": "设了打开密码",
    },
    "B004": {
        "system": "是系统或办公软件留下的临时文件",
        "earlier": "是以前打包时写的清单",
        "stand_in": "只是没有下载完的文件或云文档的链接，里面没有内容",
        "program": "是程序，不是材料",
        "link_inside": "是链接，它们指向的文件已经另外放进去了",
    },
    "B005": {
        "link": "是指向这个文件夹外面的链接",
        "special": "不是普通的文件（是管道或设备）",
        "no_access": "没有打开的权限，或者正被别的程序占用",
    },
    "A001": {
        "none": "表上填了 {form} 个网站、公众号和微博，没有附明细",
        "differs": "{what}：表上填 {form} 个，附件里列了 {listed} 个",
    },
    "A004": {
        "no_code": "里没有认出二维码",
        "stray": "不在任何一行里（{count} 张）",
        "marked": "在以前汇总时就不能识别",
        "many": "太多或太大，还有 {count} 张没有识别",
        "missing": "打不开：是链接的图片，或者图片已经损坏",
        "size": "超过 10 MB",
        "pixels": "尺寸过大",
        "broken": "已经损坏",
        "svg": "是 SVG 矢量图，不能识别",
        "emf": "是 EMF 或 WMF 矢量图，不能识别",
        "format": "不是能识别的图片格式",
        "personal card": "是个人微信名片",
        "group": "是微信群二维码",
        "payment": "是收款或付款码",
        "mini program": "是小程序码",
        "article": "是公众号文章的链接，不是公众号",
        "work": "是企业微信的二维码",
        "other": "是别的二维码（{raw}）",
    },
    "A007": {
        "no_unit": "没有写单位名称",
        "no_level": "没有写“{unit}”的层级",
        "outside": "“{unit}”不归本单位，或者在本单位之上",
        "ambiguous": "“{unit}”有几个同名的，分不清是哪一个",
    },
    "U005": {
        "figures": "数字不同",
        "made_of": "数字相同、由不同报表汇总",
    },
    "P003": {
        "name": "的单位名称现在是“{raw}”，汇总时是“{expected}”",
        "title": "的表题现在是“{raw}”，汇总时是“{expected}”",
        "sheet": "不见了，或者读不出来",
        "record": "后面没有汇总时的记录，看不出它由哪些报表加起来，照原样计入",
        "rebadged": "和记录对不上：记录里是{raw}的汇总，单位或届次被改过",
        "added": "不是汇总时写出的，里面的数没有核对，不要拿它盖章",
        "added_hidden": "不是汇总时写出的，是隐藏的，里面的内容没有核对",
        "renamed": "汇总时叫“{expected}”",
        "hidden": "被隐藏了，打开时看不到",
        "order": "不在最前面，打开时先看到的是“{raw}”",
        "writing": "所在的文件，内部的写法和任何表格软件写出的都不同，打开时看到的可能是别的内容",
        "heads": "的表头 {cell} 现在是“{raw}”，应当是“{expected}”，看不出每一列是什么",
        "row": "的 {cell} 应当是“{expected}”，现在是“{raw}”，行被移动、插入、删除或改名了，共 {count} 行对不上",
        "cell": "的 {cell} 应当是“{expected}”，现在是“{raw}”",
    },
    "P009": {
        "unit": "里的单位是“{raw}”，记录里是“{expected}”",
        "edition": "里是第 {raw} 个会员活动日，记录里是第 {expected} 个",
        "figures": "里页上的数与记录加起来的数不同：{names}",
        "about": "的“{label}”是“{raw}”，记录里是“{expected}”",
        "nonsense": "里有读不懂的选项或时间：{names}",
        "numbers": "的序号不是从 1 起连续的，行被删除、插入或重复了",
        "missing": "里没有记录里的 {count} 份报表：{names}",
        "extra": "里有 {count} 份报表写着“计入”，记录里没有：{names}",
        "differs": "的“{label}”与记录不同，{cell} 现在是“{raw}”，记录里是“{expected}”，共 {count} 份：{names}",
        "sealed": "是隐藏的，里面有 {count} 行被改动",
        "unsealed": "里没有这些工作表的记号，看不出它们有没有被改动：{names}",
    },
    "P010": {
        "row": "有 {count} 行被隐藏，看不到：第 {names} 行",
        "filter": "设了筛选，有 {count} 行看不到：第 {names} 行",
        "column": "有 {count} 列被隐藏，看不到：{names} 列",
        "colour": "有 {count} 格的字和底色是同一个颜色，看不见：{names}",
        "struck": "有 {count} 格被划掉：{names}",
        "format": "有 {count} 格的格式使显示的不是存的内容：{names}",
        "formula": "有 {count} 格成了公式，重新计算后可以显示别的内容：{names}",
        "covered": "有 {count} 格被合并单元格盖住，看不到：{names}",
        "conditional": "有条件格式，显示的可以不是存的内容",
        "objects": "上面压着图片、形状或控件，会盖住格子",
        "shapes": "上面压着图形或文本框，会盖住格子",
        "comments": "有批注",
        "prompts": "有输入提示或下拉选项，选中格子时会显示别的话",
        "links": "有超链接",
        "scale": "的打印缩放太小，打印出来看不清",
        "odd": "里有汇总时没有写出、不认识的内容，可能盖住或替换看到的数",
        "view": "的显示方式被改动（显示公式、从右到左、冻结时上面的行滚不出来，或者不显示分级符号、工作表标签），有的内容看不到",
        "font": "有 {count} 格的字体、字号或对齐方式使人看不清，或看成别的：{names}",
        "zeros": "设成了不显示 0，0 看上去是空白",
        "figures": "有 {count} 格的公式或数与它取自的格子不符，图会画错：{names}",
        "chart": "上有 {count} 张图的标题或取的数被改动，或者是添上去的：{names}",
        "no_chart": "少了 {count} 张图：{names}",
        "area": "的打印区域是“{raw}”，汇总时是“{expected}”",
        "repeated": "每页重复打印的行列是“{raw}”，汇总时是“{expected}”",
        "margins": "的页眉页脚是“{raw}”，汇总时是“{expected}”",
    },
    "H008": {
        "absent": "里有 {count} 份报表不在这里，或者没有被接受：{units}",
        "unreadable": "里的记录不完整，不知道是由哪些报表加起来的",
    },
    "C005": {
        "changed": "有的情况说明是对以前的内容写的，现在内容变了",
        "error": "强制性问题必须改正，不能只作说明",
        "nowhere": "有的情况说明对不上任何问题",
    },
    "U020": {"later": "比这一份早", "unclear": "与这一份分不清先后"},
    "U019": {
        "beside": "，“{name}”的表“{other}”在这里，这一份没有计入",
        "alone": "，“{name}”的表不在这里，先按这一份计入",
    },
    "U017": {
        "characters": "字的写法不同",
        "more": "这是发给“{known}”的空白表，名称里多写的字没有说是另一个单位",
    },
    "U011": {
        "identity": "表内标识",
        "name": "名称",
        "figures": "填了数的栏目",
    },
    "U009": {
        "files": "“{one}”说代码 {key} 是{one_says}，“{two}”说是{two_says}",
        "roster": "文件说代码 {key} 是{one_says}，名册说是{two_says}",
        "order": "文件说{one_says}归{two_says}管，上级的级别必须更高",
        "name": "单位 {key} 的名称，{most} 个文件说是“{two_says}”，{count} 个（包括这个）说是“{one_says}”",
        "level": "单位 {key} 的级别，{most} 个文件说是{two_says}，{count} 个（包括这个）说是{one_says}",
        "parent": "单位 {key} 的上级，{most} 个文件说是 {two_says}，{count} 个（包括这个）说是 {one_says}",
    },
    "U013": {
        "rows": "的行数过多",
        "text": "里有过长的文字",
        "number": "里有不合情理的数",
    },
    "H003": {
        "undecided": "没有写明口径，下级栏目没有数，下级的报表里也没有",
        "empty_cumulative": "写明是汇总数，下级栏目却没有数，而下级自己报了",
    },
    "H004": {
        "held": "不知道“{name}”归谁管，而{holders}报了汇总数，可能已经包含它",
        "holds": "“{name}”报了汇总数，不知道其中是不是已经包含{units}",
    },
    "H005": {
        "figure_below": "{cell} 是下级的栏目，填了数",
        "none_below": "没有收到它的下级的报表",
        "reported_below": "下级自己报了（{other} 的 {other_cell}）",
    },
}
_NOT_SET: Final = {"area": "整张表", "repeated": "没有"}  # of P010: what is expected where nothing was set up
_THEN_AND_NOW: Final = "{label} {then} {was}，现在 {now}"
_NAMED_FILE: Final = "{path}（{name}）"
_PHRASES: Final[Mapping[str, Mapping[str, str]]] = {  # what is said of one thing in a finding about several, or of it
    "C001": {"own": "本级", "count": "{count} 个{level}"},
    "T003": {"group": "第 {edition} 个（{year} 年）{count} 个文件"},
    "U005": {"differs": "{label}（{cell}）在几份表里不同：{versions}。", "version": "“{path}”是 {value}"},
    "C005": {"one": "“{text}”（{cell}）"},
    "H001": {"part": "{name} {amount}", "figure": "{label}（{cell}）上报 {reported}，合计 {known}，多出 {difference}"},
    "H002": {"figure": "{label}（{cell}）上报 {reported}，合计 {known}，少 {shortfall}"},
    "O101": {"figure": _THEN_AND_NOW},
    "O102": {"figure": _THEN_AND_NOW},
    "O103": {"figure": _THEN_AND_NOW},
    "H006": {
        "missing": "“{name}”（{scope}数）汇总时没有，现在有“{path}”（{figures}）",
        "changed": "“{name}”（{scope}数）汇总时用的是另一份（SHA-256 {print}…），现在的“{path}”不同：{figures}",
        "figure": "{label} 原来 {was}，现在 {now}",
        "amount": "{label} {amount}",
    },
    "H008": {"return": "“{name}”（{scope}数）"},
    "U007": {
        "same_code": "{said} 与第 {row} 行",
        "same_name": "“{said}”与第 {row} 行",
        "same_alias": "“{said}”与第 {row} 行“{name}”的名称或别名",
        "several": "“{said}”有 {count} 个（第 {rows} 行），请写成{whole}",
        "digit_lost": "{said}（只有 {count} 位）",
        "zero_lost": "{said}（原来可能是 0{said}）",
        "level_order": "级别是{level}，上级“{parent}”却是{above}",
        "swallowed": "第 {row} 行的“{column}”一格把后面的 {count} 行都当成了它的内容",
        "swallowed_cells": "第 {row} 行的“{column}”一格把后面的几格都当成了它的内容",
        "unclosed": "从第 {row} 行起，后面的 {count} 行都当成了一格的内容",
    },
    "U015": {
        "title": "第 {rows} 行在表头上面（{texts}），没有当作单位",
        "heads": "第 {rows} 行是重复的表头或者栏号，没有当作单位",
        "sum": "第 {rows} 行是合计（{texts}），没有当作单位",
        "note": "第 {rows} 行是说明（{texts}），没有当作单位",
        "more": "第 {rows} 行没有名称和代码，是上面合并单元格的单位的，没有当作单位",
        "sheet": "用的是工作表“{name}”",
        "hidden_sheet": "用的是隐藏的工作表“{name}”",
        "sheets": "没有读别的工作表：{names}",
        "hidden_rows": "第 {rows} 行是隐藏的，照样当作单位",
    },
    "P002": {
        "as_text": "{shown}（存成了文字）",
        "formula": "{shown}（={formula}）",
        "no_formula": "{shown}（没有公式）",
    },
    "P003": {"merge": "{name}（{level}）第 {edition} 个"},
    "P004": {
        "file": _NAMED_FILE,
        "roster": "{path}（名册）",
    },
    "P005": {"file": _NAMED_FILE},
    "P007": {
        "figure": "{label} 汇总表里是“{was}”，现在是“{now}”",
        "figure_at": "{label}（{cell}） 汇总表里是“{was}”，现在是“{now}”",
    },
    "P012": {
        "sheet": "“{sheet}”有 {count} 处（{names}）",
        "rows": "第 {rows} 行",
    },
    "P013": {"footer": "页脚"},
}
_HIDDEN_SHEETS: Final = {IDENTITY_SHEET: "隐藏的单位标识", RECORD_SHEET: "隐藏的记录"}  # which nobody sees
_DECISIONS: Final[Mapping[str, str]] = {  # why a return does not count, and what options decided, as a ledger says it
    "earlier": "以前的汇总结果",
    "older": "有较晚的报表“{other}”",
    "same": "与“{other}”重复",
    "duplicate": "重复",
    "superseded": "已更正，以“{other}”为准",
    "rejected": "退回：{codes}",
    "own": "以本单位的汇总数“{path}”为准，本级数只用来核对",
    "typed": "以“{name}”上报的汇总数“{path}”为准，只用来核对；那是直接填的数，没有记录可查",
    "held": "已含在“{name}”的汇总表“{path}”里（SHA-256 {print}…），只用来核对",
    "parts": "它由之加起来的报表都已含在“{name}”的汇总表“{path}”里，只用来核对",
    "covered": "已含在“{held}”的汇总数里（SHA-256 {print}…），那是“{name}”的汇总表“{path}”所依据的，只用来核对",
    "changed": "没有算进去：“{name}”的汇总表“{path}”用的是另一份（SHA-256 {print}…），见 H006",
    "missing": "没有算进去：“{name}”的汇总表“{path}”里没有它，哪一份汇总表里都没有，见 H006",
    "part": "随“{name}”的汇总一起写出，只列属于本单位和下级的报表",
    "scope": "--scope：“{path}”按{scope}数处理",
    "duplicates": "--duplicates latest：“{path}”没有计入，以“{other}”为准",
    "edition": "--edition：“{path}”不是第 {wanted} 个，退回",
}


_OMISSIONS: Final[Mapping[str, str]] = {  # what a comparison leaves out, and why
    "several": "{count} 个单位有几份不同的表，还没有定下以哪一份为准（U005），数没有比较。",
    "rejected": "{count} 个单位的表被退回（一边或两边），不计入；读得出来的数另列，不作为计入的数比较。",
    "scopes": "{count} 个单位一边是本级数，一边是汇总数，口径不同；表上的数另列，不能直接相减。",
    "sums": "{count} 个单位在汇总表里只有下级加起来的数，另一边没有它们自己的汇总数，没有比较。要比较，请先把那些报表汇总。",
    "covered": "{count} 个单位的数在一边含在上级的汇总数里，没有单独的数，没有比较。",
    "findings": "一边是报表，一边是汇总表：只比较每份表自己的审核意见，不比较上下级、缺报等汇总时才有的意见。",
    "editions": "两边不是同一届的表，增减是两年之间的增减。",
    "page_only": "有一边的汇总表里分单位的记录读不出来，只比较了汇总页。",
}


class _Listing(NamedTuple):
    """How a list of a finding's parameters is put into words; see :func:`text.listed`."""

    separator: str = "、"
    most: int = 20
    rest: str = " 等 {count} 个"
    each: str = "{}"
    none: str = ""


_USUAL: Final = _Listing()
_ALL: Final = _Listing(most=sys.maxsize)
_CLAUSES: Final = _Listing(separator="；")
_FEW_UNITS: Final = _Listing(most=3, rest="等", each="“{}”")
_FEW: Final = _Listing(most=5, rest="等 {count} 个")
_PARTS: Final = _Listing(separator="，", most=3, rest="等")
_FIGURES: Final = _Listing(separator="，", most=3, rest=" 等 {count} 个数", none="各栏都是 0")
_LISTINGS: Final[Mapping[tuple[str, str], _Listing]] = {
    ("A009", "names"): _FEW_UNITS,
    ("B001", "below"): _FEW_UNITS,
    ("B001", "scans"): _FEW,
    ("B002", "names"): _Listing(each="“{}”", rest=" 等 {count} 个单位"),
    ("B006", "names"): _ALL,
    ("B008", "names"): _Listing(separator="；", most=5, rest="等"),
    **dict.fromkeys(
        (("B003", "names"), ("B004", "names"), ("B005", "names"), ("B010", "names")), _Listing(most=10, rest="等")
    ),
    ("C005", "texts"): _CLAUSES,
    ("C001", "names"): _ALL,
    ("U004", "copies"): _Listing(most=5, rest=" 等 {count} 份"),
    ("H001", "made_of"): _PARTS,
    ("H002", "made_of"): _PARTS,
    **dict.fromkeys((("H001", "figures"), ("H002", "figures")), _Listing(separator="；", most=40)),
    ("H004", "holders"): _FEW_UNITS,
    ("H004", "units"): _FEW_UNITS._replace(rest="等 {count} 个单位"),
    ("H006", "units"): _CLAUSES,
    ("H006", "figures"): _FIGURES,
    ("H007", "figures"): _FIGURES,
    ("H007", "units"): _Listing(each="“{}”"),
    ("F008", "sheets"): _Listing(each="“{}”"),
    ("P007", "figures"): _CLAUSES,
    **dict.fromkeys((("O101", "figures"), ("O102", "figures"), ("O103", "figures")), _Listing(separator="；", most=40)),
    ("U007", "clauses"): _Listing(separator="；", most=5, rest="等 {count} 处"),
    ("U007", "codes"): _FEW,
    ("U007", "names"): _FEW,
    ("U007", "pairs"): _FEW,
    ("U007", "raws"): _FEW_UNITS._replace(most=5, rest="等 {count} 个"),
    ("U007", "whole"): _Listing(separator="或", most=3, rest="等", each="“{}”"),
    ("U015", "names"): _FEW_UNITS._replace(most=5, rest="等 {count} 张"),
    ("U015", "parts"): _CLAUSES,
    ("U015", "texts"): _FEW_UNITS,
    ("P012", "sheets"): _CLAUSES,
    ("P013", "where"): _Listing(separator="和"),
}
_AROUND: Final[Mapping[tuple[str, str], str]] = {  # what stands around a parameter where it says something
    ("B001", "below"): "（只有下级{}的）",
    ("B001", "scans"): "，只有扫描件 {}",
    ("C001", "contact"): "联系人：{}。",
    ("C001", "how_many"): "（共 {} 个）",
    ("C001", "own"): "{}和 ",
    ("H001", "contact"): "（{}）",
    ("H001", "made_of"): "（{}）",
    ("H002", "contact"): "（{}）",
    ("H002", "made_of"): "（{}）",
    ("P007", "place"): "（“{}”）",
    ("O101", "times"): "，是那时的 {} 倍",
    ("O102", "times"): "，那时是现在的 {} 倍",
    ("U011", "apart"): "，与同名的单位按上级“{}”区分",
}
_GENERAL: Final = {  # what stands in a remedy for what only a finding knows
    "name": "该单位",
    "contact": "",
    "move": "请把数移到本级的栏目，或者清空这一格。",
    "key": "代码",
    "other_scope": "own（本级）或 cumulative（汇总）",
    "instead": "，或直接填算好的数",
    "year": "2021",
}
_INSTEAD: Final[Mapping[tuple[str, str], tuple[str, str]]] = {  # of some reasons of a code: other texts and remedies
    ("O101", "several"): (
        "有 {count} 栏比{then}多 {factor} 倍以上：{figures}。",
        "请核实：填错的请改正；确是这样的，请写明原因。",
    ),
    ("O102", "several"): (
        "有 {count} 栏还不到{then}的 {factor} 分之一：{figures}。",
        "请核实：填错的请改正；确是这样的，请写明原因。",
    ),
    ("O103", "several"): (
        "有 {count} 栏{then}有数，现在没有：{figures}。",
        "请核实：漏填的请补上；确实没有开展的，请填 0 并写明原因。",
    ),
    ("H001", "several"): (
        "{name}的汇总有 {count} 栏大于{known}：{figures}。{state}",
        "请与{name}联系{contact}，问清多出的部分由谁报。",
    ),
    ("H002", "several"): (
        "{name}的汇总有 {count} 栏小于{known}：{figures}。",
        "请与{name}联系{contact}：它的汇总漏了下级，或者下级后来更正过。",
    ),
    ("O103", "blank"): ("{where}空着，{then}是 {was}。", "请核实：漏填的请补上；确实没有开展的，请填 0 并写明原因。"),
    ("C001", "all"): ("{name}：{own}{counts}都没有报。{contact}", "请催报。"),
    ("T005", "list"): ("这像是一行一个单位的清单，不是信息统计表。", "请每个单位各报一张，或由乡镇报汇总表。"),
    ("U004", "copies"): ("同一单位的同一张表还有 {count} 份：{copies}。数字完全相同，只计一次。", "不用处理。"),
    ("V006", "error"): ("{where}是错误值“{raw}”，没有可用的数。", "请在 Excel 或 WPS 里打开，改成数字后保存。"),
    ("V006", "text"): ("{where}填的公式“{raw}”存成了文字，不会算出结果。", "请改填算好的数。"),
    ("V006", "unknown"): ("{where}的公式还没有算出结果。", "请在 Excel 或 WPS 里打开后保存一次{instead}。"),
}
_ADVICE: Final[Mapping[str, str]] = {  # by code, or by code and reason
    "C005 changed": "请重新核实，写明理由。",
    "C005 error": "请改正后重新报送。",
    "C005 nowhere": "请写明是哪个编号（如 O001）、哪一格（如 C7）或哪一栏的，或者填在退回表的“审核意见”里。",
    "U001": "请补上单位名称{maybe}。",
    "B004 system": "不用处理。",
    "B004 earlier": "不用处理，会写新的清单。",
    "B004 stand_in": "请核对它们代表的材料是不是都在这里；不在的，重新下载后再打包。",
    "B004 program": "请删去；里面确有材料的，另存为文档、照片或视频。",
    "B004 link_inside": "不用处理。",
    "B005 link": "请把链接指向的文件复制进来，再重新打包。",
    "B005 special": "请换成普通的文件，再重新打包。",
    "B005 no_access": "请关闭正在用它们的程序，或者找有权限的人打开，再重新打包。",
    "U002": "请核对单位名称是否写对{maybe}；名称前面可以加上级名称，如“中牟县官渡镇计生协”。",
}


def closing_word(finding: Finding) -> str:
    """Return why a finding is closed, in a word; nothing for one that is open, or that never was."""
    if finding.explanation is not None:
        return "已说明"
    return "已更正" if finding.is_settled and finding.severity is not Severity.INFO else ""


_FOR_SENDERS: Final[Mapping[str, str]] = {  # where the remedy is for whoever collects the returns
    "T003": "请把这一届的数填进这张表；原来的数没有填进来。",
    "T004": "请核对：该报的填在看得见的格子里。",
    "T007": "请核对：该报的留下，不该报的删去。",
    "U005": "请核对，在这张表里只填正确的数。",
    "U019": "请核对这些数是不是最后的。",
    "U020": "如果这里的数才是对的，请改正后发回；不是的，请告诉我们。",
    "V000": "请填好后发回；没有开展的填 0。",
    "V006": "请直接填算好的数。",
    "V013": "请核对这个数对不对。",
    "O001": "请核实是否多填了；确是线上活动的，请写明。",
    "C003": "请催报，补齐以后重新汇总再报。确实报不上来的，请写明理由。",
    **dict.fromkeys(("T001", "T002", "T005", "T006"), "请把数填进这张表。"),
    **dict.fromkeys(("U001", "U018"), "这张表里已经填好了单位名称，请核对。"),
}


def finding(code: str, severity: Severity | None = None, **parts: Any) -> Finding:
    """Return a finding of `code`.

    Args:
        code: in the catalogue.
        severity: None for that in the catalogue.
        **parts: the other attributes of :class:`Finding`.
    """
    return Finding(code, severity or CATALOGUE[code].severity, **parts)


def phrase(code: str, reason: str, **params: object) -> str:
    """Return a phrase for one of the things that a finding of `code` is about.

    Args:
        code: in the catalogue.
        reason: which of the code's phrases.
        **params: what the phrase needs.
    """
    return _PHRASES[code][reason].format(**_in_words(code, params))


def decision(reason: str, **params: object) -> str:
    """Return why a return does not count, or what an option decided, in the words of the ledger."""
    return _DECISIONS[reason].format(**params)


def omission(reason: str, count: int) -> str:
    """Return what a comparison leaves out, and in how many units, in words."""
    return _OMISSIONS[reason].format(count=count)


def explain(code: str) -> Entry | None:
    """Return the entry of `code`, in either case, or None where there is none."""
    return CATALOGUE.get(code.strip().upper())


def general_remedy(entry: Entry) -> str:
    """Return what to do about the findings of a code, where nothing is known of any one of them."""
    try:
        return entry.remedy.replace("“{name}”", "{name}").format(**_GENERAL)
    except KeyError:
        return "按提示中的建议处理。"


def render(finding: Finding, label_of: Callable[[str], str]) -> str:
    """Return a finding's Chinese text: where, what is wrong, what to do.

    Args:
        finding: any finding.
        label_of: gives the label of a field by its key.
    """
    return "".join(problem_and_remedy(finding, label_of))


def problem_and_remedy(finding: Finding, label_of: Callable[[str], str]) -> tuple[str, str]:
    """Return the two parts of a finding's text: where and what is wrong, and what to do; see :func:`render`."""
    if finding.params.keys() == {"words"}:
        return str(finding.params["words"]), ""
    entry = CATALOGUE[finding.code]
    if finding.params.get("reason") == TOGETHER:
        return _words_together(finding, label_of), general_remedy(entry)
    words: dict[str, object] = {
        "raw": finding.raw or "",
        "cell": finding.cell or "",
        "sheet": finding.sheet or "",
        "maybe": f"（可能是“{finding.suggestion}”）" if finding.suggestion else "",
        **_in_words(finding.code, finding.params),
    }
    if finding.code == "T007":
        words["where"] = finding.cell
    if finding.code in {"P003", "P009", "P010", "P011"}:
        words["where"] = _HIDDEN_SHEETS.get(finding.sheet or "", f"工作表“{finding.sheet}”")
    if finding.code == "A004":
        words["cell"] = finding.cell or finding.sheet or ""
    if finding.field:
        label = label_of(finding.field)
        words.setdefault("label", label)
        words["where"] = f"{label}（{finding.cell}）" if finding.cell else label
    for derive in (_derive_file_words, _derive_value_words, _derive_reason):
        derive(finding, words)
    if finding.code == "P002":
        words["others"] = (
            "；同一行或同一列共有 {count} 格被改动：{cells}".format(**words) if words["count"] != 1 else ""
        )
    if finding.code == "P007":
        words["others"] = "另有 {units} 个单位的数也不同：{others}。".format(**words) if words["units"] else ""
    if advice := _ADVICE.get(finding.code) or _ADVICE.get(f"{finding.code} {finding.params.get('reason')}"):
        words["advice"] = advice.format(**words)
    parts = _INSTEAD.get((finding.code, str(finding.params.get("reason"))), (entry.text, entry.remedy))
    problem, remedy = (part.format(**words) for part in parts)
    return problem, remedy


TOGETHER: Final = "together"  # the reason of a finding about many cells with one kind of fault
_ONE_OF_MANY: Final = "{title}：“{raw}”{extra}。这样的共 {count} 格。"
_TOGETHER_WORDS: Final = "{title}，共 {count} 格{alike}：{places}。"


def extra_words(finding: Finding) -> str:
    """Return what is said of a cell behind its content, where many are told of together."""
    if finding.code in {"V007", "V008"}:
        return f"，{_taken(str(finding.params['value']))}"
    if finding.code == "R001":
        return f"，场次是{finding.params['sessions']}"
    return f"（可能是“{finding.suggestion}”）" if finding.suggestion else ""


def _words_together(finding: Finding, label_of: Callable[[str], str]) -> str:
    columns = (finding.params[name] for name in ("fields", "cells", "raws", "extras"))
    cells = [*zip(*(column for column in columns if isinstance(column, tuple)), strict=True)]
    said = [f"“{raw}”{extra}" if raw else extra for _, _, raw, extra in cells]
    is_one = len(set(said)) == 1
    places = [
        f"{label_of(field)}（{cell}）{'' if is_one else what}"
        for (field, cell, *_), what in zip(cells, said, strict=True)
    ]
    return _TOGETHER_WORDS.format(
        title=CATALOGUE[finding.code].title, count=len(cells), alike=f"，都是{said[0]}" if is_one else "",
        places="；".join(places),
    )  # fmt: skip


def problem_of_one(finding: Finding, key: str) -> str:
    """Return what is wrong with the cell of one field, by its key, of a finding about many such cells."""
    extras, at = finding.params["extras"], finding.fields.index(key)
    return _ONE_OF_MANY.format(
        title=CATALOGUE[finding.code].title, raw=finding.raw_of(key) or "", count=len(finding.fields),
        extra=extras[at] if isinstance(extras, tuple) else "",
    )  # fmt: skip


_NAMED_ELSEWHERE: Final = frozenset({"rows", "fields", "cells"})  # parameters that JSON has by themselves


def items_cut(finding: Finding) -> tuple[str, ...]:
    """Return all that a finding lists, where its words name only the first of these."""
    if finding.params.get("reason") == TOGETHER:  # which names all its cells
        return ()
    others = {name: value for name, value in finding.params.items() if name not in _NAMED_ELSEWHERE}
    lists = [(name, value) for name, value in others.items() if isinstance(value, tuple)]
    if all(len(value) <= _LISTINGS.get((finding.code, name), _USUAL).most for name, value in lists):
        return ()
    return tuple(item for _, value in lists for item in value)


def remedy_for_sender(finding: Finding, label_of: Callable[[str], str]) -> str:
    """Return what the unit that sent a return is to do about a finding on it."""
    problem, remedy = problem_and_remedy(finding, label_of)
    remedy = _FOR_SENDERS.get(finding.code, remedy)
    if finding.suggestion and finding.suggestion not in problem + remedy:
        remedy += f"可能是“{finding.suggestion}”。"
    return remedy


def _in_words(code: str, params: Mapping[str, object]) -> dict[str, object]:
    """Return parameters as words to put into a text."""
    words: dict[str, object] = {}
    for name, value in params.items():
        if isinstance(value, tuple):
            how = _LISTINGS.get((code, name), _USUAL)
            words[name] = listed([how.each.format(one) for one in value], how.separator, how.most, how.rest) or how.none
        else:
            words[name] = value
        if words[name] and (code, name) in _AROUND:
            words[name] = _AROUND[code, name].format(words[name])
    return words


def _derive_file_words(finding: Finding, words: dict[str, object]) -> None:
    if finding.code == "F005":
        words["kind"], words["advice"] = _KINDS[str(finding.params["kind"])]
        words["why"] = "里面没有找到《信息统计表》" if finding.params.get("searched") else "不能直接读取"
    elif finding.code in {"F010", "A010"}:
        words["kind"] = _UNREAD_KINDS.get(str(finding.params.get("kind")))
        words["library"] = LIBRARIES[str(finding.params["module"])].name
    elif finding.code == "F007":
        words["detail"] = _DETAILS.get(str(finding.params["detail"])) or _OTHER_DETAIL.format(**words)
    elif finding.code == "F004":
        words["reason"] = _LIMITS[str(finding.params["reason"])].format(**words)
    elif finding.code == "U007":
        words["rows"] = runs(finding.rows)
        words["how_many"] = f"（共 {len(finding.rows)} 行）" if len(finding.rows) > _FEW_ROWS else ""
        words["reason_text"] = _ROSTER_FAULTS[str(finding.params["reason"])].format(**words)
    elif finding.code in {"V010", "V011"}:
        words["problem"] = _PROBLEMS[str(finding.params["problem"])].format(**words)


def _derive_value_words(finding: Finding, words: dict[str, object]) -> None:
    params = finding.params
    if finding.code in {"V007", "V008"}:
        words["taken"] = _taken(str(params["value"]))
    elif finding.code == "V006":
        words["instead"] = f"，或直接填 {finding.suggestion}" if finding.suggestion else ""
    elif finding.code == "V013":
        words["appears"] = _APPEARANCES[next(how for how in _APPEARANCES if how in params)].format(**words)
    elif finding.code[0] in "RO":
        level = str(params.get("level", ""))
        words["whose"] = level.removesuffix("级") if len(level) > 2 else level  # 乡镇, but 县级
        words |= {one: f"（{params[one]}）" if params.get(one) else "" for one in ("people_at", "sessions_at")}
        if finding.code == "R004":
            cell, label = params.get("to_cell"), params.get("to_label")
            words["to"] = f" {cell}（{label}）" if cell else f"“{label}”"
            words["move"] = _MOVES[str(params["move"])].format(**words)


def _taken(value: str) -> str:
    """Return in words what a cell counts as: a number, 有, 无, or nothing."""
    if value == BLANK_WORD:
        return "当作空白"
    return f"按 {value} 计入" if value.isdecimal() else f"按“{value}”计入"


def _derive_reason(finding: Finding, words: dict[str, object]) -> None:
    if finding.code in _REASONS:
        reason = str(finding.params["reason"])
        words["expected"] = words.get("expected") or _NOT_SET.get(reason, "")
        words["reason"] = _REASONS[finding.code][reason].format(**words)
    elif finding.code == "T002":
        raw, label = finding.raw, str(finding.params["label"])
        seen = f"现在是“{raw}”" if raw else "现在没有"
        if raw and label in raw.replace(" ", ""):
            seen = "那里的同名表头没有对准下面的栏目，或者被合并单元格盖住了"
        doubled = finding.params.get("doubled")
        words["seen"] = f"在 {finding.cell} 又有一个，只能有一个" if doubled else f"应在 {finding.cell}，{seen}"
    elif finding.code == "T003":
        wanted = finding.params.get("wanted")
        if wanted:
            words["expected"] = f"不是要求的第 {wanted} 个"
        elif finding.params.get("most"):
            words["expected"] = "而这批文件里多数（{count} 个）是第 {most} 个".format(**words)
        else:
            words["expected"] = "而这批文件里没有哪一届过半数：{groups}".format(**words)
    elif finding.code in {"H001", "H002"}:
        whose = "本级与下级合计" if finding.params["own_here"] else "下级合计"
        words["known"] = "{} {known}{made_of}".format(whose, **words) if "known" in words else whose
        words["state"] = (
            "应当报送的单位都已收到。" if finding.severity is Severity.ERROR else "可能是还没有收到的报表。"
        )
