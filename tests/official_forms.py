"""Official forms as schools and counties would hand them in, made by openpyxl: sound ones, to put faults into."""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

# 序号, 类别, 填报项目, 单位, and the value of a sound primary school.
SCHOOL: list[tuple[int, str, str, str, Any]] = [
    (1, "基本信息", "学校名称", "", "示例一小"),
    (2, "基本信息", "学校类型", "小学/初中/九年一贯制/十二年一贯制/完全中学", "小学"),
    (3, "基本信息", "学校代码", "", 2133000001),
    (4, "基本信息", "建校时间", "年", 1986),
    (5, "基本信息", "是否2010年及之前规划并建成", "是/否", "否"),
    (6, "基本信息", "是否2016年及之前规划并建成", "是/否", "是"),
    (7, "基本信息", "是否人口密度过高的大城市中心城区学校", "是/否", "否"),
    (8, "基本信息", "是否50人及以上但不足100人的乡村小规模学校和教学点", "是/否", "否"),
    (9, "基本信息", "是否最大班额低于30人的农村小规模学校", "是/否", "否"),
    (10, "学生信息", "小学学生人数", "人", 430),
    (11, "学生信息", "初中学生人数", "人", None),
    (12, "学生信息", "进城务工人员随迁子女在校生人数", "人", 61),
    (13, "学生信息", "家庭住址在划片范围内的在校学生人数（小学）", "人", 430),
    (14, "学生信息", "家庭住址在划片范围内的在校学生人数（初中）", "人", None),
    (15, "班级信息", "班级总数", "个", 10),
    (16, "班级信息", "每班25人以下班级个数", "个", 0),
    (17, "班级信息", "每班26-30人班级个数", "个", 0),
    (18, "班级信息", "每班31-35人班级个数", "个", 0),
    (19, "班级信息", "每班36-40人班级个数", "个", 0),
    (20, "班级信息", "每班41-45人班级个数", "个", 8),
    (21, "班级信息", "每班46-50人班级个数", "个", 2),
    (22, "班级信息", "每班51-55人班级个数", "个", 0),
    (23, "班级信息", "每班56-60人班级个数", "个", 0),
    (24, "班级信息", "每班61-65人班级个数", "个", 0),
    (25, "班级信息", "每班66人以上班级个数", "个", 0),
    (26, "教师学历信息", "专任教师总人数", "人", 28),
    (27, "教师学历信息", "专科学历教师人数（小学）", "人", 4),
    (28, "教师学历信息", "本科学历教师人数（小学）", "人", 20),
    (29, "教师学历信息", "本科学历教师人数（初中）", "人", None),
    (30, "教师学历信息", "硕士学历教师人数（小学）", "人", 3),
    (31, "教师学历信息", "硕士学历教师人数（初中）", "人", None),
    (32, "教师学历信息", "博士研究生学历教师人数（小学）", "人", 0),
    (33, "教师学历信息", "博士研究生学历教师人数（初中）", "人", None),
    (34, "教师学历信息", "县级及以上骨干教师数", "人", 6),
    (35, "教师学历信息", "持有教师资格证的专任教师人数", "人", 28),
    (36, "教师学历信息", "近5年培训满360学时专任教师人数", "人", 27),
    (37, "体育艺术教师", "体育专任教师人数", "人", 3),
    (38, "体育艺术教师", "音乐专任教师人数", "人", 1),
    (39, "体育艺术教师", "美术专任教师人数", "人", 1),
    (40, "体育艺术教师", "艺术专任教师人数", "人", 0),
    (41, "体育艺术教师", "体育交流轮岗/兼职/走教教师人数", "人", None),
    (42, "体育艺术教师", "音乐交流轮岗/兼职/走教教师人数", "人", None),
    (43, "体育艺术教师", "美术交流轮岗/兼职/走教教师人数", "人", None),
    (44, "体育艺术教师", "艺术交流轮岗/兼职/走教教师人数", "人", None),
    (45, "教学用房面积", "教学及辅助用房总面积", "平方米", 2480.5),
    (46, "教学用房面积", "室内体育用房面积", "平方米", 300),
    (47, "体育场馆面积", "学校体育馆面积", "平方米", 300),
    (48, "体育场馆面积", "校内体育场面积", "平方米", 3600),
    (49, "体育场馆面积", "校外租赁场馆面积", "平方米", None),
    (50, "体育场馆面积", "校内其他体育场面积", "平方米", None),
    (51, "教学设备", "教学仪器设备资产值（账面原值）", "万元", 98.76),
    (52, "教学设备", "网络多媒体教室间数", "间", 12),
    (53, "音乐美术教室", "音乐教室总间数", "间", 3),
    (54, "音乐美术教室", "单间面积≥96㎡的音乐教室间数", "间", 1),
    (55, "音乐美术教室", "73㎡≤单间面积＜96㎡的音乐教室间数", "间", 1),
    (56, "音乐美术教室", "61㎡≤单间面积＜73㎡的音乐教室间数", "间", 0),
    (57, "音乐美术教室", "美术教室总间数", "间", 1),
    (58, "音乐美术教室", "单间面积≥90㎡的美术教室间数", "间", 1),
    (59, "音乐美术教室", "67㎡≤单间面积＜90㎡的美术教室间数", "间", 0),
    (60, "音乐美术教室", "61㎡≤单间面积＜67㎡的美术教室间数", "间", 0),
    (61, "经费信息", "上一年度公用经费预算总额", "万元", 45.2),
    (62, "经费信息", "上一年度公用经费决算总额", "万元", 44.9),
    (63, "经费信息", "上一年度教师培训经费预算总额", "万元", 2.6),
    (64, "巩固率数据", "本届毕业学生人数", "人", None),
    (65, "巩固率数据", "毕业年级初一时在校学生数", "人", None),
    (66, "巩固率数据", "毕业年级三年转入学生数", "人", None),
    (67, "巩固率数据", "毕业年级三年转出学生数", "人", None),
    (68, "巩固率数据", "毕业年级三年死亡学生数", "人", None),
]  # fmt: skip

COUNTY: list[tuple[int, str, str, str, Any]] = [
    (1, "基本信息", "区县名称", "", "示例县"),
    (2, "基本信息", "区县代码", "", 339999),
    (3, "基本信息", "填报年度", "", 2023),
    (4, "经费标准", "规定的小学生均公用经费标准", "元", 1150),
    (5, "经费标准", "规定的初中生均公用经费标准", "元", 1350),
    (6, "经费标准", "特殊教育学校经费总额", "元", 900000),
    (7, "经费标准", "特殊教育学校学生人数", "人", 120),
    (8, "工资收入", "上年度义务教育学校教师年平均工资收入水平（不含民办学校）", "万元", 15.23),
    (9, "工资收入", "当地公务员年平均工资收入", "万元", 15.1),
    (10, "教师交流轮岗", "符合交流条件教师总数", "人", 400),
    (11, "教师交流轮岗", "实际交流轮岗教师数", "人", 52),
    (12, "教师交流轮岗", "实际交流骨干教师数量", "人", 12),
    (13, "优质高中招生", "优质高中招生计划总人数", "人", 900),
    (14, "优质高中招生", "优质高中招生分配指标数", "人", 540),
    (15, "优质高中招生", "向农村学校分配指标数", "人", 200),
    (16, "随迁子女", "符合条件的随迁子女总人数", "人", 610),
    (17, "随迁子女", "在县域内公办学校就读的随迁子女人数", "人", 560),
    (18, "随迁子女", "在政府购买服务的民办学校就读随迁子女人数", "人", 20),
    (19, "残疾儿童入学", "适龄残疾儿童少年总数", "人", 212),
    (20, "残疾儿童入学", "适龄残疾儿童少年入学总人数", "人", 203),
]  # fmt: skip

HEADER = ("序号", "类别", "填报项目", "单位", "填报值", "是否必填", "备注说明")
# What a sound junior school says, where it differs from the primary school.
JUNIOR = {
    1: "示例一中", 2: "初中", 3: 3133000002, 10: None, 11: 520, 12: 30, 13: None, 14: 500, 15: 11, 20: 1, 21: 10,
    26: 44, 27: None, 28: None, 29: 36, 30: None, 31: 6, 32: None, 33: 1, 34: 7, 35: 44, 36: 44, 37: 3, 38: 2, 39: 2,
    45: 4300, 46: 0, 47: 0, 48: 6000, 51: 150, 52: 15, 64: 168, 65: 171, 66: 4, 67: 5, 68: 1,
}  # fmt: skip


def listed(
    rows: list[tuple[int, str, str, str, Any]], path: Path, values: Mapping[int, Any] | None = None, top: int = 1
) -> Path:
    """A workbook with a form of rows; `values` replace those of the items with that number."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "采集表"
    for column, text in enumerate(HEADER, start=1):
        sheet.cell(top, column, text)
    for row, (number, kind, label, unit, value) in enumerate(rows, start=top + 1):
        said = (values or {}).get(number, value) if number in (values or {}) else value
        for column, cell in enumerate((number, kind, label, unit, said, "是"), start=1):
            sheet.cell(row, column, cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def school(path: Path, values: Mapping[int, Any] | None = None) -> Path:
    """The form of a school."""
    return listed(SCHOOL, path, values)


def county(path: Path, values: Mapping[int, Any] | None = None) -> Path:
    """The form of a county."""
    return listed(COUNTY, path, values)


def edited(path: Path, change: Any) -> Path:
    """The workbook after `change` was done to its first sheet."""
    book = openpyxl.load_workbook(path)
    change(book.worksheets[0])
    book.save(path)
    return path


def statistics(path: Path, down: int = 0, leave_out: tuple[str, ...] = (), kind: str = "九年一贯制学校") -> Path:
    """The statistics workbook of a nine-year school: every table begins `down` rows below where it is known to."""
    book = openpyxl.Workbook()
    for name, cells in _sheets(kind).items():
        if name in leave_out:
            continue
        sheet = book.create_sheet(f"{name}_{kind}")
        for at, value in cells.items():
            found = sheet[at]
            sheet.cell(found.row + down, found.column, value)
        for area in MERGED.get(name, ()):
            first, last = (sheet[at] for at in area.split(":"))
            sheet.merge_cells(
                start_row=first.row + down, end_row=last.row + down, start_column=first.column, end_column=last.column
            )
    del book["Sheet"]
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


MERGED = {
    "教基3112": ["I3:O3"],
    "教基4155": ["A9:A12", "L3:P3", "M4:P4"],
    "教基4156": ["U3:X3"],
    "教基5170": ["A10:A17"],
}


def _sheets(kind: str) -> dict[str, dict[str, Any]]:
    """The cells of each sheet, where software in use finds them."""
    bands = (
        "25人及以下",
        "26-30人",
        "31-35人",
        "36-40人",
        "41-45人",
        "46-50人",
        "51-55人",
        "56-60人",
        "61-65人",
        "66人及以上",
    )

    def classes(counts: tuple[int | None, ...]) -> dict[str, Any]:
        total = {"A4": "班额", "B4": "编号", "C4": "合计", "D4": "一年级", "A5": "总计", "B5": "01"}
        rows = {f"A{row}": band for row, band in enumerate(bands, start=6)}
        numbers = {f"C{row}": count for row, count in enumerate(counts, start=6)}
        return total | rows | numbers | {"C5": sum(filter(None, counts))}

    students = {"A5": "甲", "B5": "乙", "A6": "总计", "B6": "01", "A7": "其中：女", "B7": "02"}
    return {
        "教基1001": {
            "A4": "学校（机构）名称", "B4": "01", "C4": "示例实验学校", "A5": "学校（机构）标识码", "B5": "02",
            "C5": "3133000003", "A25": "学校办学类型", "B25": "22", "C25": f"312 {kind}", "A26": "驻地城乡类型",
            "B26": "23", "C26": "121 镇中心区",
        },
        "教基1102续": {
            "A3": "指标名称", "B3": "计量单位", "C3": "代码", "D3": "数量",
            "A12": "县级及以上骨干教师（小学）", "B12": "人", "C12": "11", "D12": 9,
            "A13": "县级及以上骨干教师（初中）", "B13": "人", "C13": "12", "D13": 8,
        },
        "教基2106": classes((None, None, 1, 3, 12, None, None, None, None, None)),
        "教基2107": classes((None, None, None, None, 4, 8, None, None, None, None)),
        "教基3112": students | {
            "C3": "招生数", "I3": "在校生数", "I4": "合计", "J4": "一年级", "I6": 690, "I7": 330, "J6": 110,
        },
        "教基3115": students | {
            "C3": "招生数", "E3": "在校生数", "E4": "合计", "F4": "一年级", "E6": 560, "E7": 270, "F6": 180,
        },
        "教基4155": {
            "A3": "指标名称", "B3": "编号", "C3": "合计", "D3": "女", "L3": "按授课课程分", "L4": "体育与健康",
            "M4": "艺术",
            "M5": "计", "N5": "音乐", "O5": "美术", "P5": "艺术综合", "A6": "总计", "B6": "01", "C6": 46,
            "L6": 4, "M6": 5, "N6": 3, "O6": 2, "A9": "按学历分", "B9": "博士研究生", "B10": "硕士研究生",
            "B11": "本科",
            "B12": "专科", "C10": 4, "C11": 38, "C12": 4, "D11": 30,
        },
        "教基4156": {
            "A3": "指标名称", "B3": "编号", "C3": "合计", "U3": "按授课课程分", "U4": "体育与健康", "V4": "音乐",
            "W4": "美术", "X4": "艺术综合", "A6": "总计", "B6": "01", "C6": 48, "U6": 3, "V6": 1, "W6": 1,
            "A10": "博士研究生", "C10": 1, "A11": "硕士研究生", "C11": 7, "A12": "本科", "C12": 40, "A13": "专科",
            "C13": 0,
        },
        "教基5170": {
            "A3": "指标名称", "C3": "上学年校舍建筑面积", "D3": "增加面积", "E3": "减少面积",
            "F3": "本学年校舍建筑面积",
            "A9": "总计", "F9": 15000, "A10": "教学及辅助用房", "B10": "计", "C10": 7000, "F10": 7400.5,
            "B11": "教室", "F11": 4000, "B17": "室内体育用房", "F17": 650,
        },
        "教基5176": {
            "A3": "指标名称", "B3": "计量单位", "C3": "代码", "D3": "学校产权", "E3": "非学校产权独立使用",
            "A6": "占地面积", "B6": "平方米", "C6": "01", "D6": 30000, "A7": "其中：运动场地面积", "B7": "平方米",
            "C7": "02",
            "D7": 9800, "A12": "图书", "B12": "册", "C12": "07", "D12": 31000, "A17": "网络多媒体教室", "B17": "间",
            "C17": "12", "D17": 34, "A19": "其中：教学仪器设备资产值", "B19": "万元", "C19": "14", "D19": 321.5,
        },
    }  # fmt: skip


def encrypted(path: Path) -> Path:
    """A workbook with a password, as far as a reader without it can see: a compound file with the two streams."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)

    def entry(name: str, kind: int, child: int, sibling: int, start: int, size: int) -> bytes:
        spelled = (name + "\0").encode("utf-16-le")
        links = struct.pack("<HBBIII", len(spelled), kind, 1, free, sibling, child)
        return spelled.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)

    streams = [entry("EncryptionInfo", 2, free, 2, 2, 4096), entry("EncryptedPackage", 2, free, free, 10, 4096)]
    folder = b"".join([entry("Root Entry", 5, 1, free, end, 0), *streams, bytes(128)])
    chain = [fat, end, *range(3, 10), end, *range(11, 18), end]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header + table + folder + bytes(2 * 4096))
    return path


def changed(path: Path, change: Any) -> Path:
    """The workbook after `change` was done to all of it: its sheets by what they begin with, `教基4155`."""
    book = openpyxl.load_workbook(path)
    change({sheet.title.split("_")[0]: sheet for sheet in book.worksheets})
    book.save(path)
    return path
