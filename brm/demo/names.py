"""Building blocks for made-up names of people and organisations."""

from __future__ import annotations

ZH_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
ZH_GIVEN = (
    "伟", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "明", "超", "霞", "平", "刚",
    "桂英", "建华", "文博", "思远", "雨桐", "子轩", "晓燕", "志强", "海燕", "国栋", "雪梅", "俊杰", "佳怡",
    "天佑", "若曦", "宏伟", "春梅", "一鸣", "慧敏", "立新", "书瑶", "振宇",
)  # fmt: skip
EN_GIVEN = (
    "Alice", "Brian", "Carla", "David", "Emma", "Frank", "Grace", "Henry", "Irene", "Jack", "Karen", "Liam",
    "Maria", "Nathan", "Olivia", "Peter", "Quinn", "Rachel", "Samuel", "Teresa", "Victor", "Wendy", "Xavier",
    "Yvonne", "Zachary",
)  # fmt: skip
EN_FAMILY = (
    "Abbott", "Barlow", "Castell", "Draper", "Ellison", "Farrow", "Garrick", "Holloway", "Ingram", "Jarvis",
    "Kendrick", "Lockhart", "Marsden", "Norwood", "Ormond", "Prescott", "Quayle", "Radcliffe", "Sheldon",
    "Thackeray", "Underhill", "Vickers", "Whitlock", "Yardley",
)  # fmt: skip

ZH_ACCOUNTS = (
    ("华辰电网", "energy"), ("远岭汽车", "manufacturing"), ("金砾保险", "finance"), ("青桐医院", "healthcare"),
    ("海曜港务", "transport"), ("北辰钢铁", "manufacturing"), ("云泽银行", "finance"), ("南屿机场", "transport"),
    ("晟川化工", "manufacturing"), ("星野电信", "telecom"), ("瑞禾乳业", "manufacturing"), ("岚山地铁", "transport"),
    ("玉衡证券", "finance"), ("松涛水务", "energy"), ("天岳重工", "manufacturing"), ("碧泉制药", "healthcare"),
    ("鹿鸣大学", "education"), ("长汀物流", "transport"), ("东麓矿业", "energy"), ("景行置业", "manufacturing"),
    ("银杏医疗集团", "healthcare"), ("朔风风电", "energy"), ("九畹信托", "finance"), ("白鹭高铁", "transport"),
    ("望舒光电", "manufacturing"), ("澄江移动", "telecom"), ("岭南烟草物流", "transport"), ("渤屿石化", "energy"),
    ("鸿渐教育", "education"), ("沧浪环保", "energy"),
)  # fmt: skip
EN_ACCOUNTS = (
    ("Alderbrook Energy", "energy"), ("Brindle Motors", "manufacturing"), ("Calloway Insurance", "finance"),
    ("Dunmere Hospital Trust", "healthcare"), ("Eastmarsh Ports", "transport"), ("Fenwick Steelworks", "manufacturing"),
    ("Glenhurst Bank", "finance"), ("Harrowgate Airports", "transport"), ("Inverdale Chemicals", "manufacturing"),
    ("Juniper Telecom", "telecom"), ("Kestrel University", "education"), ("Larchmont Water", "energy"),
    ("Mossgate Pharma", "healthcare"), ("Northolme Rail", "transport"),
)  # fmt: skip
RIVALS = (("恒拓信息", "zh"), ("佰联系统", "zh"), ("Tessaline Systems", "en"), ("Orrin Digital", "en"))
OURS = "启衡科技"

DEPARTMENTS = {
    "zh": {
        "management": "总裁办", "it": "信息中心", "procurement": "采购部", "finance": "财务部", "business": "业务部",
    },
    "en": {
        "management": "Executive Office", "it": "Information Technology", "procurement": "Procurement",
        "finance": "Finance", "business": "Operations",
    },
}  # fmt: skip

# department, function, level, Chinese title, English title, place in the tree (index of the superior)
SEATS = (
    ("management", "general_management", 5, "总裁", "Chief Executive", None),
    ("it", "information_technology", 4, "首席信息官", "Chief Information Officer", 0),
    ("finance", "finance", 4, "首席财务官", "Chief Financial Officer", 0),
    ("business", "operations", 4, "业务副总裁", "VP Operations", 0),
    ("procurement", "procurement", 3, "采购总监", "Head of Procurement", 2),
    ("it", "information_technology", 3, "架构部主任", "Head of Architecture", 1),
    ("it", "information_technology", 3, "运维部主任", "Head of IT Operations", 1),
    ("business", "operations", 3, "生产部部长", "Head of Production", 3),
    ("finance", "legal", 3, "法务负责人", "General Counsel", 2),
    ("finance", "finance", 2, "预算经理", "Budget Manager", 2),
    ("procurement", "procurement", 2, "采购经理", "Category Manager", 4),
    ("it", "information_technology", 2, "项目经理", "Project Manager", 5),
    ("it", "information_technology", 1, "系统工程师", "Systems Engineer", 6),
    ("business", "operations", 2, "业务经理", "Operations Manager", 7),
    ("business", "operations", 1, "业务专员", "Operations Specialist", 13),
    ("management", "general_management", 2, "总裁助理", "Assistant to the Chief Executive", 0),
)  # fmt: skip

OUR_SEATS = (
    ("executive", "executive", 5, "总经理"), ("executive", "executive", 4, "销售副总裁"),
    ("executive", "executive", 4, "首席技术官"), ("service", "service", 3, "服务总监"),
    ("delivery", "delivery", 3, "交付总监"), ("presales", "presales", 3, "解决方案总监"),
)  # fmt: skip

OFFERINGS = (
    ("工业数据平台", "platform", 1_800_000), ("智能运维套件", "operations", 900_000),
    ("网络安全网关", "security", 600_000), ("数据中心节能方案", "infrastructure", 3_200_000),
    ("客户服务云", "service", 450_000), ("供应链协同系统", "platform", 1_200_000),
)  # fmt: skip
NEEDS_ZH = (
    "数据中心项目",
    "平台升级",
    "安全改造",
    "运维外包",
    "供应链协同",
    "客服系统",
    "灾备建设",
    "节能改造",
)
NEEDS_EN = (
    "data centre programme", "platform upgrade", "security renewal", "operations outsourcing",
    "supply chain roll-out", "service desk", "disaster recovery", "energy saving retrofit",
)  # fmt: skip
REQUIREMENTS = (
    ("同行业案例", "Reference in the industry"), ("七乘二十四小时响应", "Round-the-clock response"),
    ("与现有系统集成", "Integration with the present systems"), ("国产化适配", "Local technology stack"),
    ("三年总成本", "Three-year total cost"), ("项目团队资质", "Certified project team"),
)  # fmt: skip
EVENTS = ("监管检查期限", "旧合同到期", "新厂投产", "audit deadline", "end of support", "new site opening")
