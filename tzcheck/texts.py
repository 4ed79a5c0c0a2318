"""Every sentence that tzcheck says, in Chinese and in English."""

from collections.abc import Mapping

LANGUAGES = ("zh", "en")


def text(id: str, lang: str, /, **details: object) -> str:
    """The sentence `id` in `lang`, filled in; a detail that is itself in two languages is given in that one."""
    filled = {name: value[lang] if isinstance(value, Mapping) else value for name, value in details.items()}
    return TEXTS[id][lang == "en"].format(**filled)


def texts(id: str, /, **details: object) -> Mapping[str, str]:
    """The sentence `id` in every language."""
    return {lang: text(id, lang, **details) for lang in LANGUAGES}


# Each: Chinese, English.
TEXTS: Mapping[str, tuple[str, str]] = {
    "severity.error": ("错误", "error"),
    "severity.query": ("疑问", "query"),
    "severity.explained": ("已说明", "explained"),
    "verdict.met": ("达标", "met"),
    "verdict.unmet": ("未达标", "unmet"),
    "verdict.undetermined": ("无法判定", "undetermined"),
    "verdict.not_applicable": ("不适用", "not applicable"),
    "verdict.not_counted": ("不列入统计", "not counted"),
    "verdict.waived": ("豁免", "waived"),
    "engine.both": ("DuckDB + durable_rules", "DuckDB + durable_rules"),
    "engine.duckdb": ("仅 DuckDB", "DuckDB alone"),
    # heads of reports
    "head.run": (
        "tzcheck {version} · 截止 {as_of} · 口径 {profile} · {engine} · 规则 {rules}",
        "tzcheck {version} · as of {as_of} · profile {profile} · {engine} · rules {rules}",
    ),
    "head.files": (
        "读取 {files} 个文件，{rows} 行，退回 {refused} 行",
        "{files} files read, {rows} rows, {refused} refused",
    ),
    "head.alone": ("durable_rules 未参与判定：{why}", "durable_rules did not judge: {why}"),
    "head.unasked": (
        "{number} 个对象的数值或条件超出 durable_rules 的范围，只由 DuckDB 判定",
        "{number} subjects have numbers or conditions beyond durable_rules; DuckDB alone judged them",
    ),
    "head.disagree": (
        "两个引擎对 {number} 个对象的判定不一致，结论不可用",
        "the engines disagree on {number} subjects; their verdicts can't be used",
    ),
    "head.standard": ("标准", "standard"),
    "head.places": ("地区", "places"),
    "head.place_of": ("地区", "place"),
    "head.state": ("结论", "conclusion"),
    "head.verdict": ("判定", "verdict"),
    "head.breaches": ("不达标数", "breaches"),
    "head.facts": ("数据文件", "facts"),
    "head.colon": ("：", ": "),
    "md.title": ("判定结果（截至 {as_of}，口径 {profile}）", "Verdicts as of {as_of}, profile {profile}"),
    "md.unknown": ("无法判定 {number} 项：", "Undetermined, {number}:"),
    "engine.by": ("判定引擎：{engine}；规则 {rules}", "judged by {engine}; rules {rules}"),
    "sarif.facts": ("数据问题", "a problem of the facts"),
    "csv.kind": ("类型", "kind"),
    "csv.of_verdict": ("判定", "verdict"),
    "csv.of_breach": ("不达标", "breach"),
    "csv.of_missing": ("缺数据", "missing"),
    "csv.of_relaxed": ("放宽后达标", "relaxed"),
    "csv.county": ("地区", "county"),
    "csv.county_code": ("地区代码", "county_code"),
    "csv.standard": ("标准", "standard"),
    "csv.indicator": ("指标编号", "indicator"),
    "csv.number": ("序号", "number"),
    "csv.title": ("指标", "title"),
    "csv.verdict": ("判定", "verdict"),
    "csv.sign": ("符号", "sign"),
    "csv.checked": ("检查数", "checked"),
    "csv.breaches": ("不达标数", "breaches"),
    "csv.subject": ("对象编号", "subject"),
    "csv.name": ("对象", "name"),
    "csv.category": ("学段或类别", "category"),
    "csv.value": ("数值", "value"),
    "csv.comparator": ("比较", "comparator"),
    "csv.limit": ("要求", "limit"),
    "csv.unit": ("单位", "unit"),
    "csv.shortfall": ("差距", "shortfall"),
    "csv.shortfall_unit": ("差距单位", "shortfall_unit"),
    "csv.file": ("文件", "file"),
    "csv.sheet": ("工作表", "sheet"),
    "csv.row": ("行", "row"),
    "csv.column": ("列", "column"),
    "csv.reason": ("理由", "reason"),
    "csv.document": ("文件依据", "document"),
    "csv.clause": ("条款", "clause"),
    "csv.certainty": ("可信度", "certainty"),
    "head.unmet_short": ("未达", "unmet"),
    "head.undetermined_short": ("待定", "unknown"),
    "head.on_the_way_short": ("推进中", "not due"),
    "head.which": ("未达项（×地区数）", "unmet × places"),
    "head.differ": (
        "两处要求不同，分别判定：“{title}”（{one}）与“{another}”（{other}）",
        "Two statements differ, both are judged: {title} ({one}) and {another} ({other})",
    ),
    "head.wanting": (
        "有了这些数据可再判定（缺它们的结论数）：{names}",
        "Data that would decide more (verdicts that lack it): {names}",
    ),
    "head.comma": ("、", ", "),
    "head.hint": (
        "逐项结果：--standard 标准编号；全部细节和疑问：--details",
        "One standard, indicator by indicator: --standard ID. Everything, queries included: --details",
    ),
    "head.indicator": ("指标编号", "indicator"),
    "head.number": ("序号", "no."),
    "head.title": ("指标", "title"),
    "head.value": ("数值", "value"),
    "head.limit": ("要求", "limit"),
    "head.reason": ("理由", "reason"),
    "head.unmet": ("未达标项数", "unmet"),
    "head.undetermined": ("无法判定项数", "undetermined"),
    "head.on_the_way": ("未到期、推进中", "on the way, not due"),
    "head.achievement": ("达成度", "achievement"),
    "head.place": (
        "{place}：达标 {met} / {counted} = {achievement}，未达标 {unmet} 项，无法判定 {undetermined} 项",
        "{place}: {met} of {counted} met = {achievement}, {unmet} unmet, {undetermined} undetermined",
    ),
    "head.more": ("另有 {number} 条，用 --details 全部列出", "{number} more; --details lists them all"),
    "head.missing": ("缺数据：{name}  {where}", "no value: {name}  {where}"),
    "head.breach": (
        "{name}：{value}，要求 {comparator} {limit}，差 {shortfall} {unit}  [{where}]",
        "{name}: {value}, wanted {comparator} {limit}, off by {shortfall} {unit}  [{where}]",
    ),
    "head.stated": (
        "{name}：{value}，要求 {comparator} {limit}  [{where}]",
        "{name}: {value}, wanted {comparator} {limit}  [{where}]",
    ),
    "head.problems": (
        "数据问题：错误 {error}，疑问 {query}，已说明 {explained}",
        "Data problems: errors {error}, queries {query}, explained {explained}",
    ),
    "head.linted": ("{rules} 条规则，{problems} 处问题", "{rules} rules, {problems} problems"),
    "head.tested": ("{cases} 个用例，{failed} 个失败", "{cases} cases, {failed} failed"),
    "head.alike": ("同类问题共 {number} 处：行 {rows}", "{number} of the kind: rows {rows}"),
    "head.alike_same": ("共 {number} 行：{rows}", "{number} rows: {rows}"),
    "files.line": (
        "{path}{encoding}  {rows} 行：采用 {accepted}，退回 {rejected}",
        "{path}{encoding}  {rows} rows: {accepted} accepted, {rejected} refused",
    ),
    "turned.column": ("转换 {where}  {cells} 个单元格：{examples}", "turned {where}  {cells} cells: {examples}"),
    "turned.cell": ("行{row}“{text}”→“{value}”", "row {row} “{text}” → “{value}”"),
    "turned.merged": ("行{row}{text}合并单元格{value}", "row {row} {text}merged cells {value}"),
    "head.valid": ("{files} 个文件，{rows} 行，没有错误", "{files} files, {rows} rows, no errors"),
    "head.needs": ("补短清单", "What is missing"),
    "needs.line": (
        "{number}  {subjects} 处共 {amount} {unit}：{title}",
        "{number}  {amount} {unit} in {subjects}: {title}",
    ),
    "needs.sum": ("合计：{subjects} 处共 {amount} {unit}", "in sum: {amount} {unit} in {subjects}"),
    "head.failing": (
        "{title} {value}，要求 {comparator} {limit}，差 {shortfall} {unit}{nearest}",
        "{title} {value}, wanted {comparator} {limit}, off by {shortfall} {unit}{nearest}",
    ),
    "head.nearest": ("（最接近标准）", " (nearest to its standard)"),
    "head.relaxed": (
        "按放宽条件达标 {number} 个对象，须在认定后三年内达到规定要求：",
        "{number} hold under a relaxation only, and owe the full standard within three years of recognition:",
    ),
    "head.reading": ("{id} 采用的理解：{title}", "{id} is read as {title}"),
    "ready.yes": ("具备条件：{what}", "Ready for {what}"),
    "ready.no": ("不具备条件：{what}；{number} 项未达标", "Not ready for {what}: {number} unmet"),
    "ready.unknown": (
        "能否{what}无法判定；{number} 项缺依据",
        "Whether it is ready for {what} can't be told: {number} undetermined",
    ),
    "compare.fixed": ("已解决 {number} 项", "fixed: {number}"),
    "compare.new": ("新出现 {number} 项", "new: {number}"),
    "compare.open": ("仍未解决 {number} 项", "still open: {number}"),
    "compare.unjudged": ("不再有判定 {number} 项", "no longer judged: {number}"),
    "compare.achievement": ("达成度变化", "achievement"),
    "explain.source": (
        "来源：{document}{clause}，可信度 {certainty}",
        "source: {document}{clause}, certainty {certainty}",
    ),
    "explain.attested": ("须有文件佐证", "a document must attest it"),
    "explain.outcome": ("读取结论：{of} 达标", "reads the outcome: {of} must be met"),
    "explain.outcome_any": ("读取结论：{of} 中有一项达标", "reads the outcome: one of {of} must be met"),
    "explain.counties": ("须有 {least} 个县达到", "in at least {least} counties"),
    "explain.share_of_counties": ("须有 {least} 的县达到", "in at least {least} of the counties"),
    "explain.recounts": ("重算 {standard} 公布的达成度", "counts the published achievement of {standard} anew"),
    "explain.places": ("只涉及：{places}", "of these places only: {places}"),
    "explain.due": ("期限：{due}", "due: {due}"),
    "explain.soft": ("力争、争取的目标：列出，不计入达成度", "a target to strive for: shown, not counted"),
    "explain.differs": ("与 {other} 要求不同，两条分别判定", "differs from {other}: both are judged"),
    "each.attestation": ("佐证", "attestation"),
    "each.city": ("市", "city"),
    "each.class": ("班级", "class"),
    "each.class_band": ("班额段", "class band"),
    "each.county": ("县", "county"),
    "each.enrolment": ("在校生数据行", "row of enrolment"),
    "each.explanation": ("说明", "explanation"),
    "each.funding": ("经费数据行", "row of funding"),
    "each.kindergarten": ("幼儿园", "kindergarten"),
    "each.kindergarten_class": ("幼儿园班级", "kindergarten class"),
    "each.mark": ("标记", "mark"),
    "each.monitored_subject": ("监测学科", "subject monitored"),
    "each.monitoring_point": ("监测点", "point of the monitoring"),
    "each.published_total": ("公布的合计", "published total"),
    "each.room": ("专用教室", "room"),
    "each.room_band": ("专用教室段", "room band"),
    "each.school": ("学校", "school"),
    "each.school_project": ("学校建设项目", "school project"),
    "each.school_project_total": ("项目合计行", "total of school projects"),
    "each.school_room_kind": ("学校的一类专用教室", "kind of room of a school"),
    "each.school_stage": ("学校学段", "stage of a school"),
    "each.spending": ("经费支出行", "row of spending"),
    "each.value": ("数值", "value"),
    "each.vocational_project": ("职业教育项目", "vocational project"),
    "each.vocational_school": ("职业学校", "vocational school"),
    "each.waiver": ("例外", "waiver"),
    "explain.requires": ("每个{each}要求：{requires}", "each {each} requires: {requires}"),
    "explain.applies": ("适用于：{applies}", "applies where: {applies}"),
    "explain.parameter": ("参数 {name} = {value}（{since} 起）", "parameter {name} = {value} (from {since})"),
    "explain.measure": ("指标 {name} = {value}{origin}{unit}", "measure {name} = {value}{origin}{unit}"),
    "explain.from": ("，取自 {table}", ", from {table}"),
    "explain.outside": ("{number} 个对象不在适用范围内", "{number} subjects that it does not apply to"),
    "explain.reading": ("采用的理解 {name}：{title}", "reading {name}: {title}"),
    "explain.also": ("另外，每个{each}要求：{requires}", "also, each {each} requires: {requires}"),
    "explain.proves": ("（只能证明不达标，达标须有 {needs}）", " (proves a breach only; compliance needs {needs})"),
    "explain.scope": ("范围 {name} = {holds}", "scope {name} = {holds}"),
    "explain.relaxation": ("放宽条件：{title}", "relaxation: {title}"),
    "explain.rows": ("{table} 中的行：{rows}", "rows of {table}: {rows}"),
    "explain.share": ("须有 {share} 的对象符合", "{share} of them must hold"),
    "explain.fix": ("补短：{fix}", "to fix: {fix}"),
    # reasons
    "reason.all_hold": ("{checked} 个对象全部符合", "all {checked} checked hold"),
    "reason.breaches": ("{checked} 个对象中 {breaches} 个不符合", "{breaches} of {checked} fail"),
    "reason.share": ("{checked} 个对象中 {holding} 个符合", "{holding} of {checked} hold"),
    "reason.holds": ("符合", "holds"),
    "reason.fails": ("不符合", "fails"),
    "reason.missing": (
        "{checked} 个对象中 {missing} 个缺数据：{needed}",
        "{missing} of {checked} lack a value: {needed}",
    ),
    "reason.refused": ("表 {tables} 有被退回的行或文件", "rows or files of {tables} were refused"),
    "reason.no_subject": ("没有适用的对象", "nothing that it applies to"),
    "reason.no_row": ("表 {tables} 中没有这一项的数据", "no row for it in {tables}"),
    "catalogue.title": ("规则目录", "Catalogue of rules"),
    "catalogue.made": (
        "由 `tzcheck rules docs` 从规则文件（{rules}）生成。可信度：A 官方原文，B 较可靠，C 推断，D 未找到来源。",
        "Made by `tzcheck rules docs` from the rule files ({rules}). Certainty: A an official text, B reliable, "
        "C inferred, D no source found.",
    ),
    "catalogue.rules": ("规则数", "rules"),
    "catalogue.needs": ("所需数据：", "data needed: "),
    "catalogue.covers": ("对应条目：", "covers: "),
    "catalogue.cases": ("用例：", "cases: "),
    "coverage.judged": ("判定", "judged"),
    "coverage.recomputed": ("重算", "recomputed"),
    "coverage.attested": ("佐证", "attested"),
    "coverage.undecidable": ("无法判定", "undecidable"),
    "coverage.none": ("未覆盖", "not covered"),
    "coverage.sum": (
        "共{statements}条：判定{judged}，重算{recomputed}，佐证{attested}，无法判定{undecidable}，未覆盖{none}",
        "{statements} statements: {judged} judged, {recomputed} recomputed, {attested} attested, "
        "{undecidable} undecidable, {none} not covered",
    ),
    "reason.no_facts": ("缺少数据：{needed}", "no facts given: {needed}"),
    "reason.no_attestation": ("缺少佐证（attestations）", "nothing attests it (attestations)"),
    "reason.undocumented": (
        "数值达到目标，但没有写明依据文件：{keys}",
        "reached by its number, but no document is named: {keys}",
    ),
    "reason.undecidable": ("无法判定：{why}", "can't be decided: {why}"),
    "reason.outcome_met": ("{of} 的结论为达标", "{of} came out met"),
    "reason.outcome_unmet": ("{of} 的结论为未达标", "{of} came out unmet"),
    "reason.outcome_unknown": ("{of} 尚无法判定", "{of} can't be judged"),
    "reason.no_outcome": ("各县的 {of} 都还无法判定", "{of} can't be judged in any county"),
    "reason.counties": ("{checked} 个地区中 {holding} 个达到", "{holding} of {checked} places"),
    "reason.counties_unknown": (
        "{checked} 个地区中 {holding} 个达到，{unknown} 个无法判定",
        "{holding} of {checked} places; {unknown} can't be judged",
    ),
    "reason.no_document": ("声明符合，但没有文件或文号", "said to hold, but without a document"),
    "reason.no_measure": (
        "本版本只能按公布的标记判定，而没有给出标记",
        "this version judges it from published marks only, and none is given",
    ),
    "reason.attested": ("有文件佐证", "attested by a document"),
    "reason.attested_no": ("佐证表注明不符合", "the attestation says that it does not hold"),
    "reason.too_old": (
        "佐证文件日期为 {dated}，早于近{years}年，说明不了这{years}年的情况",
        "its document is of {dated}, before the {years} years that it must speak of",
    ),
    "reason.mark": ("按公布的标记", "by the published mark"),
    "reason.no_mark": ("标记是空白", "the mark is blank"),
    "reason.not_counted_mark": ("公布为不列入统计", "published as not counted"),
    "reason.not_sampled": ("抽样监测，没有给出结果", "monitored by sample, and no result is given"),
    "reason.no_limit": ("限值没有可靠来源，未设定", "no source names the limit, so it is not set"),
    "reason.not_in_force": ("限值自 {since} 起生效", "its limit is in force from {since} only"),
    "reason.not_due": ("目标期限 {since} 未到，正在推进", "on the way: due {since}"),
    "reason.waived": (
        "豁免：{why}（{document}，{by}批准，有效期至 {expires}）",
        "waived: {why} ({document}, approved by {by}, until {expires})",
    ),
    "reason.expired": ("{reason}；豁免已于 {expires} 到期", "{reason}; its waiver expired on {expires}"),
    "reason.engines": (
        "两个引擎不一致：DuckDB {duckdb}，durable_rules {durable}",
        "the engines disagree: DuckDB {duckdb}, durable_rules {durable}",
    ),
    # what was imported, and how
    "head.imported": (
        "读取 {forms} 份表，取用 {taken} 个单元格，写入 {folder}；逐格清单见 {listing}",
        "{forms} forms read, {taken} cells taken, written to {folder}; {listing} lists them cell by cell",
    ),
    "how.taken": ("照录", "taken as it is"),
    "how.converted": ("换算：{unit} → {wanted}", "converted: {unit} → {wanted}"),
    "how.computed": ("计算：{formula}", "computed: {formula}"),
    "how.sum": ("全部 {schools} 所学校合计", "sum over {schools} schools"),
    "how.blank_is_zero": ("空白；该表以空白表示 0", "blank, by which the form means 0"),
    "how.latest": (
        "回答“是”：不晚于 {answer} 年，写最晚的年份",
        "yes: no later than {answer}, the latest year is written",
    ),
    "how.because_yes": ("由回答“是”得出", "follows from the answer yes"),
    "how.year_end": ("照录；截止日期取该年最后一天 {day}", "taken as it is; as_of is the last day of the year, {day}"),
    "how.compared": ("未取用：只与“{other}”核对", "not taken: only compared with {other}"),
    "how.no_table": ("未取用：没有表需要", "not taken: no table wants it"),
    "how.unknown_item": ("未取用：不认识的项目", "not taken: an unknown item"),
    "how.unknown_form": ("未取用：不认识的表", "not taken: an unknown form"),
    "how.blank": ("未取用：空白", "not taken: blank"),
    "how.wrong": ("未取用：有错误", "not taken: something is wrong, see the errors"),
    "how.twice": ("未取用：出现两次，数值不同", "not taken: there twice with different values"),
    "how.not_found": ("没有找到", "not found"),
    "how.all_no": ("未取用：回答都是“否”，得不出内容", "not taken: nothing follows from the answer no"),
    "how.whole_school": (
        "未取用：只有全校数，学校有几个学段",
        "not taken: for the whole school only, which has several stages",
    ),
    "how.no_stage": ("未取用：学校没有义务教育学段", "not taken: the school has no compulsory stage"),
    "how.no_type": (
        "未取用：学校类型不明，不知属于哪个学段",
        "not taken: the stage can't be told without the type of the school",
    ),
    "how.no_id": ("未取用：没有学校代码", "not taken: the school has no code"),
    "how.nothing_to_divide": ("未取用：除数为 0", "not taken: it would be divided by 0"),
    "how.sum_lacks": (
        "未取用：有学校缺这一项，合计会偏小",
        "not taken: a school lacks it, so that the sum would be too small",
    ),
    "how.contested": ("未取用：几份表数值不同", "not taken: the forms differ"),
    "how.differs": ("未取用：以 {at} 为准", "not taken: {at} stands"),
    "how.same_school": ("未取用：{first} 已有同一学校代码", "not taken: {first} has the same school code"),
    "how.second_county": ("未取用：已有另一份区县采集表", "not taken: there is another county form"),
    "expected.school_id": ("10 位数字的学校代码", "a school code of 10 digits"),
    # problems: forms
    "problem.import_nothing": (
        "没有找到可读取的表；认识：{forms}",
        "there is no form in it; known are {forms}",
    ),
    "problem.import_no_workbook": ("不是工作簿或 CSV，未读取", "no workbook and no CSV; it was not read"),
    "problem.import_unknown_form": (
        "不认识这张表，未读取；认识：{forms}",
        "not a form that is known, so it was not read; known are {forms}",
    ),
    "problem.import_old_form": (
        "{form}只用到 {until}，本版本不支持：没有这些表的项目名称可供查找；请用2021年起的教基报表或采集表",
        "{form} were in use until {until} and are not supported: the labels of their items are not known. "
        "Give the 教基 workbook of 2021 or later, or the collection form",
    ),
    "problem.import_no_sheet": (
        "工作簿中没有 {value}，该表的项目都未取用",
        "the workbook has no {value}; none of its items was taken",
    ),
    "problem.import_no_item": ("没有找到项目“{value}”", "the item {value} was not found"),
    "problem.import_unknown_item": ("不认识项目“{label}”，未取用", "the item {label} is not known and was not taken"),
    "problem.import_number": (
        "“{label}”的序号为 {value}，应为 {expected}；仍按项目名称取用",
        "the number of {label} is {value}, should be {expected}; it was taken by its label",
    ),
    "problem.import_moved": (
        "“{label}”在 {at}，已知的版式在 {known}；按名称取用，请核对",
        "{label} is at {at}, in the known layout at {known}; it was taken by its labels, look at it",
    ),
    "problem.import_twice": (
        "“{label}”出现两次，{at} 为“{first}”，这里为“{value}”；都未取用",
        "{label} is there twice, {first} at {at} and {value} here; neither was taken",
    ),
    "problem.import_blank": ("“{label}”必填，但是空白", "{label} must be filled in, but is blank"),
    "problem.import_partly_blank": (
        "“{label}”空白，而同组的其他项目已填；没有的请填 0，这一组未取用",
        "{label} is blank while others that it is added to are not; write 0 where there are none. Nothing was taken",
    ),
    "problem.import_faulty": (
        "“{label}”是错误值或没有结果的公式（{value}）",
        "{label} is an error or a formula without a result ({value})",
    ),
    "problem.import_unit": (
        "“{label}”的单位为“{value}”，应为 {expected}；未取用",
        "the unit of {label} is {value}, should be {expected}; it was not taken",
    ),
    "problem.import_negative": (
        "{formula} = {value}，不能小于 0；未取用",
        "{formula} = {value}, which must not be below 0; it was not taken",
    ),
    "problem.import_contradiction": (
        "“{label}”为“{value}”，与 {at}“{other}”为“是”矛盾；未取用",
        "{label} is {value}, though {other} at {at} is yes; neither was taken",
    ),
    "problem.import_not_same": (
        "“{label}”为 {value}，“{other}”（{at}）为 {second}；应为同一数，取用后者",
        "{label} is {value}, {other} ({at}) is {second}; they should be the same, the latter was taken",
    ),
    "problem.import_same_school": (
        "学校代码 {value} 与 {first} 相同；这一份未取用",
        "the school code {value} is that of {first} too; this form was not taken",
    ),
    "problem.import_differs": (
        "“{label}”得 {value}，{at} 得 {first}",
        "{label} comes to {value}, at {at} to {first}",
    ),
    "problem.import_second_county": (
        "另有区县采集表 {first}；一次只能导入一个县，这一份未取用",
        "there is another county form, {first}; one county is imported at a time, this one was not taken",
    ),
    "problem.import_sum_lacks": (
        "没有写入 {keys}：{schools} 缺数，合计会偏小",
        "{keys} not written: missing in {schools}, so that the sum would be too small",
    ),
    "problem.import_whole_school": (
        "学校 {value} 有几个学段，而表中 {number} 项只有全校数：{labels}；请在表里按学段补填",
        "the school {value} has several stages, and the form has {number} items for the whole school only: {labels}; "
        "fill them in by stage",
    ),
    "problem.import_no_county": (
        "没有区县采集表；请自己写 county.yaml（县和截止日期），才能校验和判定",
        "there is no county form; write a county.yaml (county and as_of) before you validate or check",
    ),
    "problem.import_version": (
        "填报年度到 {day}，而{form}的版本用于 {days}；请核对版式",
        "the year ends on {day}, while this version of the {form} is of {days}; look at its layout",
    ),
    "problem.not_empty": (
        "文件夹已存在且不是空的；请换一个，或先清空",
        "the folder is there and not empty; name another one, or empty it",
    ),
    # templates
    "kind.text": ("文本", "a text"),
    "kind.place": ("县(市、区)的代码或名称", "the code or the name of a county"),
    "kind.code": ("所列各项之一", "one of those listed"),
    "kind.area_band": ("范围，如 61-90、≤60、≥91", "a range such as 61-90, ≤60 or ≥91"),
    "kind.values_value": (
        "“含义”一列所说的数、日期或等级",
        "the number, the day or the level that the column meaning speaks of",
    ),
    "kind.explanations_value": ("疑问中的数值，照抄", "the value in the query, as it is told there"),
    "template.readme": ("说明", "README"),
    "template.county": ("县", "county"),
    "template.city": ("市", "city"),
    "template.indicators": ("指标清单", "indicators"),
    "template.needs": ("标准与数据", "needs"),
    "template.aside": ("含义", "meaning"),
    "template.title": ("填报表：{standards}", "Facts to fill in: {standards}"),
    "template.every": ("全部标准", "all standards"),
    "template.how.settings": (
        "先填“{sheet}”：代码或名称、截止日期。结论按截止日期判定。",
        "Begin with {sheet}: the code or the name, and the day (as_of) that the facts are judged on.",
    ),
    "template.how.tables": (
        "再填各张数据表，一行一个学校、班级、项目……。没有数据的表空着，不必删除。",
        "Then the tables, a row a school, a class, a project. Leave a table empty that you have nothing for.",
    ),
    "template.how.blank": (
        "空白是“没有数据”，结论为无法判定；0 是“确实为零”。两者不同，不要用 0 代替空白。",
        "A blank cell is missing, and what needs it can't be judged; 0 is zero. Never write 0 for what is not known.",
    ),
    "template.how.bold": (
        "加粗的列必填，其余可空。指着表头看这一列填什么、什么单位、哪些标准要用。",
        "Columns in bold must be filled in, others may be blank. Point at a header to see what belongs there.",
    ),
    "template.how.folder_bold": (
        "下面列出各表的列：加粗的必填，其余可空。",
        "The columns of each table are listed below: those in bold must be filled in, others may be blank.",
    ),
    "template.how.dates": (
        "日期写 2022-12-31，年份写 4 位。数不带单位，最多 6 位小数；注意万元和元。",
        "Dates as 2022-12-31, years with 4 digits, numbers without a unit and with at most 6 decimals.",
    ),
    "template.how.ids": (
        "标识码、年级、班级、分段的单元格是文本格式，粘贴时选“只粘贴值”，以免 Excel 改成日期或 2.1E+09。",
        "Ids, grades, classes and bands are cells of text: paste values only, or Excel makes dates or 2.1E+09 of them.",
    ),
    "template.how.folder_ids": (
        "用 Excel 打开 CSV 时，把标识码、年级、班级、分段的列设为文本，以免 Excel 改成日期或 2.1E+09。",
        "Where Excel opens a CSV, make the columns of ids, grades, classes and bands texts, or it makes dates or "
        "2.1E+09 of them.",
    ),
    "template.how.place_city": (
        "“{column}”一列：全市的数据空着，各县的数据每行写县的代码或名称。",
        "Leave the column {column} blank for the city's own; each row of a county names it.",
    ),
    "template.how.of_city": (
        "标{mark}的行由市填报，县不填。",
        "Rows marked {mark} are the city's to fill in, not a county's.",
    ),
    "template.how.of_counties": (
        "标{mark}的行不填全市的数：每个县另起一行，写明“{column}”，编号照抄。",
        "Rows marked {mark} are not for the city as a whole: add a row for each county, with its {column} and the same "
        "id.",
    ),
    "template.how.of_places": (
        "标有地名的行只由这些地方填。",
        "Rows marked with the names of places are for these alone.",
    ),
    "template.how.place": (
        "“{column}”一列在只填一个县时空着；几个县合填时，每行写县的代码或名称。",
        "Leave the column {column} blank for one county; where there are several, each row names its own.",
    ),
    "template.how.city": (
        "全市合填时，把“{sheet}”改名为“{other}”，其中写市的代码和名称。",
        "For a whole city rename {sheet} to {other}, and write the code and name of the city there.",
    ),
    "template.how.city_file": (
        "全市合填时，把 county.yaml 改名为 city.yaml，其中的 county: 改为 city:。",
        "For a whole city rename county.yaml to city.yaml, and county: in it to city:.",
    ),
    "template.how.prefilled": (
        "“{tables}”中的各项已列出，只填有的；没有的行空着，不必删除。",
        "The rows of {tables} are begun: fill in those you have, and leave the others as they are.",
    ),
    "template.how.either": (
        "有逐条名单的填“{lists}”；没有名单的填“{bands}”。",
        "Fill in {lists} where you have lists, else {bands}.",
    ),
    "template.how.protected": (
        "表头有保护（没有密码），防止误改。自己加的工作表不会被读取，除非用表名命名。",
        "Headers are protected, without a password. Sheets of your own are not read unless named as a table.",
    ),
    "template.how.check": (
        "填好后检查数据：{validate}    判定：{check}",
        "To look for mistakes: {validate}    To judge: {check}",
    ),
    "template.how.not_read": (
        "“{sheets}”只供查阅，不作为数据。",
        "{sheets} are for reading only and are no facts.",
    ),
    "template.required": ("必填", "must be filled in"),
    "template.optional": ("可空", "may be blank"),
    "template.fill": ("填{what}，{whether}", "{what}; {whether}"),
    "template.unit": ("单位：{unit}", "unit: {unit}"),
    "template.codes": ("可填：{codes}", "one of: {codes}"),
    "template.used_by": ("用于：{standards}", "for: {standards}"),
    "template.last_year": ("{title}（上年）", "{title}, last year"),
    "template.with_unit": ("{title}（{unit}）", "{title} ({unit})"),
    "template.of_city": ("〔市填〕{title}", "[city] {title}"),
    "template.of_counties": ("〔各县各填一行〕{title}", "[each county, a row] {title}"),
    "template.of_places": ("〔{places}〕{title}", "[{places}] {title}"),
    "template.semicolon": ("；", "; "),
    "template.table": ("表", "table"),
    "template.column": ("列", "column"),
    "template.id": ("编号", "id"),
    "template.kind": ("填什么", "kind"),
    "template.note": ("{name}：{note}", "{name}: {note}"),
    "template.settings_code": ("6 位代码，如 331002", "a code of 6 digits, such as 331002"),
    "template.settings_code_city": ("6 位代码，如 331000", "a code of 6 digits, such as 331000"),
    "template.settings_name": ("名称；有代码的可空", "the name; may be blank where there is a code"),
    "template.settings_as_of": ("判定的截止日期，如 2022-12-31", "the day to judge on, such as 2022-12-31"),
    "template.settings_school_year": ("学年或填报年度，如 2022；可空", "the school year, such as 2022; may be blank"),
    "head.template": (
        "已写入 {file}：{tables} 张表。填好后运行 {check}",
        "{file}: {tables} tables. Fill them in, then run {check}",
    ),
    "problem.exists": ("已存在，未改动；加 --force 覆盖", "is there already and was left alone; --force overwrites it"),
    "problem.exists_there": ("已存在：{files}；什么也没写", "has {files} already; nothing was written"),
    "problem.not_xlsx": ("模板只能写成 .xlsx 文件", "a template can only be written as .xlsx"),
    # problems: files
    "problem.no_such_path": ("路径不存在；请检查文件夹名", "there is no such file or folder; check the name"),
    "problem.no_tables": (
        "没有找到任何事实表；表名应为：{tables}",
        "no table of facts in it; tables are named {tables}",
    ),
    "problem.unreadable": ("无法读取：{why}", "can't be read: {why}"),
    "problem.two_set_sheets": (
        "已有工作表“{first}”写明县(市、区)，只能有一张",
        "the sheet {first} says already which county it is; there may be one such sheet only",
    ),
    "annotate.sheet": ("核查结果", "findings"),
    "annotate.kind": ("类别", "kind"),
    "annotate.place": ("位置", "where"),
    "annotate.finding": ("问题", "what was found"),
    "annotate.wanted": ("要求", "what was wanted"),
    "annotate.clause": ("依据", "clause"),
    "annotate.missing": ("缺“{column}”", "{column} is missing"),
    "annotate.more": ("另有 {number} 条，见首页", "{number} more on the first sheet"),
    "annotate.because": ("（{because}）", " ({because})"),
    "annotate.off": ("，差 {shortfall} {unit}", ", off by {shortfall} {unit}"),
    "problem.annotate_one": (
        "--annotate 只用于一个工作簿文件，如 椒江.xlsx",
        "--annotate goes with a single workbook, such as county.xlsx",
    ),
    "problem.not_annotated": (
        "只能标注 {suffixes} 工作簿；请先另存",
        "only {suffixes} can be annotated; save it as such first",
    ),
    "problem.annotate_suffix": (
        "标注后的副本和原文件同一类型，文件名应以 {suffix} 结尾",
        "the annotated copy is of the same kind as its source; its name must end in {suffix}",
    ),
    "problem.annotate_exists": (
        "已存在，也不是 tzcheck 标注的副本，未改动；请换一个文件名",
        "is there already, is no copy that tzcheck annotated, and was left alone; choose another name",
    ),
    "problem.not_annotated_damaged": (
        "工作簿已损坏或加密，无法标注",
        "the workbook is damaged or encrypted, so that it can't be annotated",
    ),
    "problem.annotate_itself": (
        "不能覆盖所检查的工作簿；请换一个文件名",
        "would overwrite the workbook that is checked; choose another name",
    ),
    "problem.link_outside": (
        "是指向事实文件夹之外的符号链接，未读取",
        "a symbolic link that leads out of the folder of facts; it was not read",
    ),
    "problem.workbook_damaged": (
        "工作簿已损坏或不完整；请用 Excel 打开并另存为 .xlsx",
        "the workbook is damaged or cut off; open it in Excel and save it as .xlsx",
    ),
    "problem.workbook_is_text": (
        "不是真正的 Excel 工作簿，而是网页或文本；请用 Excel 打开并另存为 .xlsx",
        "no Excel workbook but a web page or a text; open it in Excel and save it as .xlsx",
    ),
    "problem.workbook_encrypted": (
        "工作簿有打开密码，无法读取；请去掉密码后再提交",
        "the workbook is encrypted and can't be read; save it without a password",
    ),
    "problem.workbook_too_large": (
        "工作簿解压后有 {size} MB，超过 {most} MB，未读取",
        "the workbook has {size} MB when unpacked, more than {most} MB, so it was not read",
    ),
    "problem.workbook_too_wide": (
        "第 {number} 个工作表一直用到 {cell} 单元格，未读取；请删去数据以外的行和列，或另存为 CSV",
        "its sheet {number} reaches as far as cell {cell}, so the workbook was not read; delete the rows and columns "
        "beyond the data, or save it as CSV",
    ),
    "unread.county": ("县", "county"),
    "unread.city": ("市", "city"),
    "problem.value_elsewhere": (
        "没有规则读取{level}的“{value}”，此行不起作用；请填在各县（市本级除外）或市的数据中",
        "no rule reads {value} of a {level}, so the row has no effect; give it where it is asked for",
    ),
    "problem.attested_elsewhere": (
        "指标 {value} 不针对{place}，此行不起作用",
        "the indicator {value} is not about {place}, so the row has no effect",
    ),
    "problem.values_columns": ("缺少列：{lacking}", "columns are missing: {lacking}"),
    "problem.value_kind": (
        "县级数值的类型“{value}”不存在，应为其中之一：{expected}{hint}",
        "there is no kind {value} of county values; it is one of {expected}{hint}",
    ),
    "problem.parquet_damaged": ("Parquet 文件已损坏或不完整", "the Parquet file is damaged or cut off"),
    "problem.hidden_sheet": (
        "隐藏的工作表未读取；如需要，请取消隐藏",
        "a hidden sheet was not read; unhide it if it is meant",
    ),
    "problem.sheet_unnamed": (
        "工作表“{value}”的表头像是 {near}；请把工作表改名为该表名，或删去此表",
        "the sheet {value} has the header of {near}; rename the sheet to it, or remove it",
    ),
    "problem.beside_setting": (
        "“{value}”未读取：这一行只读名称后第一个填写的单元格",
        "{value} was not read: only the first cell that is filled in beside the name counts",
    ),
    "problem.unknown_setting": (
        "不认识“{value}”，已忽略；可写：{expected}",
        "{value} is not known here and was left out; there may be {expected}",
    ),
    "problem.became_a_day": (
        "{header}是日期格式；可能是 Excel 把“1-2”之类改成了日期，请核对",
        "{header} is a date; Excel may have made it of a text such as 1-2, look at it",
    ),
    "problem.formula_unread": (
        "{header}是公式，但没有保存计算结果；请用 Excel 打开后保存，或改填数值",
        "{header} is a formula without a result; open it in Excel and save it, or put in the value",
    ),
    "problem.cell_error": (
        "{header}的公式出错，显示为 {value}；请改正公式或填数值",
        "{header} shows {value}, its formula is wrong; mend it or put in the value",
    ),
    "problem.lost_digits": (
        "{header}为“{value}”，科学计数法丢失了位数；请把该列设为文本后重新填写",
        "{header} is {value}, of which digits were lost; make the column text and fill it in anew",
    ),
    "problem.control_characters": (
        "{header}含有不可见的控制字符，已去掉",
        "{header} has control characters that can't be seen; they were taken out",
    ),
    "problem.note_row": ("“{value}”是表下的说明，不作为数据", "{value} is a remark below the table and no fact"),
    "problem.no_file": ("不是普通文件", "not an ordinary file"),
    "problem.value_key": ("没有规则用到“{value}”{hint}", "no rule reads {value}{hint}"),
    "problem.nothing_sign": ("{header}为“{value}”，按空白处理", "{header} is {value}, read as blank"),
    "problem.not_a_table": (
        "文件名不是事实表，已忽略；表名应为：{tables}",
        "not named as a table of facts, so it was left out; tables are named {tables}",
    ),
    "problem.table_typo": (
        "文件名不是事实表；是否应为 {near}？",
        "not named as a table of facts; is it {near}?",
    ),
    "problem.empty_file": ("文件是空的，连表头也没有", "the file is empty, without even a header"),
    "problem.empty_table": (
        "表“{table}”没有填写数据，视为没有提供；空表不算达标",
        "nothing is filled in in the table {table}, so it counts as not given; an empty table is never compliance",
    ),
    "problem.encoding": ("不是 {tried} 编码的文本", "not text in {tried}"),
    "problem.nul_byte": (
        "含有 NUL 字节，不是文本文件；请另存为 UTF-8 的 CSV",
        "has NUL bytes, so it is no text file; save it as CSV in UTF-8",
    ),
    "problem.many_more": (
        "此类问题（{code}）超过 {most} 处，另有 {more} 处未逐一列出",
        "more than {most} problems of this kind ({code}); {more} more are not listed one by one",
    ),
    "problem.blank_rows": (
        "连续 {most} 多行空白，其后未读取；请删去空白行",
        "more than {most} blank rows on end, so nothing after them was read; remove them",
    ),
    "problem.cell_too_long": (
        "有一格超过 {most} 字，可能是引号没有成对；此后的行未读取",
        "a cell has more than {most} characters, maybe a quote is not closed; the rows after it were not read",
    ),
    "problem.open_quote": (
        "引号没有成对，此后的行未读取；请检查该行的英文双引号",
        "a quote is not closed, so the rows after it were not read; look for it in this row",
    ),
    "problem.csv_syntax": ("CSV 格式错误：{why}", "broken CSV: {why}"),
    "problem.yaml_syntax": ("YAML 格式错误：{why}", "broken YAML: {why}"),
    "problem.yaml_deep": ("YAML 嵌套超过 {deepest} 层", "YAML nested more than {deepest} deep"),
    "problem.yaml_alias": ("不允许使用 YAML 锚点和别名", "YAML anchors and aliases are not allowed"),
    "problem.yaml_key": ("键必须是单个文本", "a key must be a plain text"),
    "problem.yaml_duplicate": ("键“{value}”重复", "the key {value} is there twice"),
    "problem.yaml_rows": (
        "应为行的列表，每行是“列: 值”（表 {table}）",
        "should be a list of rows, each a mapping from column to value (table {table})",
    ),
    "problem.set_file": (
        "应写明 {key}：code 和 name",
        "should say {key}: with a code and a name",
    ),
    "problem.no_settings": (
        "还没有填写是哪个县（代码、名称）和截止日期",
        "which county it is (code, name) and as of which day is not filled in yet",
    ),
    "problem.nothing_given": (
        "没有填写任何数据，没有可判定的内容",
        "nothing is filled in, so nothing was judged",
    ),
    "problem.two_set_files": (
        "同一文件夹里只能有 county.yaml 或 city.yaml 之一",
        "a folder has either county.yaml or city.yaml, not both",
    ),
    "problem.values_shape": (
        "values 应为“键: 值”，值是数、日期、文本或 value/as_of/document",
        "values should map keys to a number, a date, a text or value/as_of/document",
    ),
    "problem.code_and_name": (
        "名称“{value}”与代码 {code} 不是同一个地方",
        "the name {value} and the code {code} are not the same place",
    ),
    "problem.several_days": (
        "各数据集的截止日期不同（{days}）；请用 --as-of 指定",
        "the fact sets have different days ({days}); give one with --as-of",
    ),
    "problem.no_day": (
        "没有截止日期；请在 county.yaml 写 as_of，或用 --as-of 指定",
        "no day to judge on; write as_of in county.yaml or give --as-of",
    ),
    # problems: rows and cells
    "problem.same_column": (
        "“{column}”与“{first}”是同一列（{id}）",
        "{column} and {first} are the same column ({id})",
    ),
    "problem.header_typo": (
        "表头“{column}”无法识别；是否应为 {id}（{title}）？",
        "unknown header {column}; is it {id} ({title})?",
    ),
    "problem.no_column": (
        "缺少列 {id}（{title}）；已有的列：{headers}",
        "there is no column {id} ({title}); the columns are {headers}",
    ),
    "problem.unknown_column": (
        "列“{column}”不属于表“{table}”，已忽略",
        "the column {column} does not belong to the table {table} and was left out",
    ),
    "problem.beyond_header": ("表头之外还有内容“{value}”", "a cell beyond the header: {value}"),
    "problem.short_row": (
        "只有 {cells} 格，表头有 {columns} 列；缺少的按空白处理，请核对文件是否完整",
        "has {cells} cells where the header has {columns}; the rest is read as blank, see whether the file is whole",
    ),
    "problem.blank_key": ("{header}不能为空", "{header} must not be blank"),
    "problem.bad_cell": (
        "{header}为“{value}”，应为{expected}{unit}",
        "{header} is {value}; it should be {expected}{unit}",
    ),
    "problem.bad_code": (
        "{header}为“{value}”，应为其中之一：{expected}",
        "{header} is {value}; it should be one of {expected}",
    ),
    "problem.rounded": (
        "{header}为“{value}”，超过 {decimals} 位小数，已四舍五入",
        "{header} is {value}, rounded to {decimals} decimals",
    ),
    "problem.total_row": ("“{value}”行是合计，不作为数据", "the row {value} is a total and no fact of its own"),
    "problem.no_place": ("没有写明县(市、区)", "names no county"),
    "problem.unknown_place": (
        "不认识的县(市、区)“{value}”{hint}；已知：{expected}",
        "unknown county {value}{hint}; known are {expected}",
    ),
    "problem.other_county": ("“{value}”不是本数据集的县（{own}）", "{value} is not the county of this set ({own})"),
    "problem.duplicate": (
        "“{value}”重复，第一次出现在 {first_file} 第 {first_row} 行",
        "{value} is there twice, first in {first_file} row {first_row}",
    ),
    "problem.unknown_id": (
        "没有编号“{value}”{hint}",
        "there is no {value}{hint}",
    ),
    "problem.no_subject": (
        "这一指标没有对象“{value}”{hint}；请用标识码或名称",
        "the indicator has no subject {value}{hint}; give an id or a name",
    ),
    "problem.no_indicator": (
        "“{value}”不是一个指标{hint}；这里要一个指标，如 balanced.12",
        "{value} is no indicator{hint}; one indicator is wanted, such as balanced.12",
    ),
    "problem.nothing": (
        "没有可判定的内容：所选标准与所选的县没有交集，或全部不适用、不列入统计",
        "nothing was judged: the standards asked for do not concern the places, or are not applicable or not counted",
    ),
    "problem.published_alone": (
        "{standard} 公布了达成度，但没有标记或数据可以重算",
        "{standard}: figures were published, but there are no marks or facts to recount them",
    ),
    "problem.home_refused": (
        "“{value}”在 {home} 表中的那一行没有被接受，先改正那一行",
        "the row of {value} in the table {home} was refused; mend that row first",
    ),
    "problem.waiver_subject": (
        "数据中没有对象“{value}”（应为标识码），这一行不起作用",
        "there is no subject {value} among the facts (an id is wanted); this row has no effect",
    ),
    "problem.measure_code": (
        "“{value}”不是该列的代码",
        "{value} is none of the column's codes",
    ),
    "problem.whole_place": (
        "这一指标按全县判定，没有单个对象",
        "the indicator is judged for the county as a whole, and has no subjects",
    ),
    "problem.unlisted": ("“{value}”不在 {home} 表中", "{value} is not in the table {home}"),
    # answers to queries
    "answer.explained": ("；已说明：{explanation}（{by}认可）", "; explained: {explanation} (accepted by {by})"),
    "answer.lapsed": (
        "；原有说明针对数值 {value}，已失效",
        "; the explanation given was for the value {value} and has lapsed",
    ),
    "answer.not_accepted": (
        "；有说明，尚无人认可：{explanation}",
        "; explained, but nobody has accepted it: {explanation}",
    ),
    "answer.hard": ("；必须改正，不能以说明代替", "; this must be mended, an explanation is not enough"),
    # problems: cross-checks
    "problem.cross_check": (
        "{name}{title}：{found}，应 {wanted}{hint}{answer}",
        "{name}{title}: {found}, should be {wanted}{hint}{answer}",
    ),
    "problem.not_waivable": (
        "{indicator} 不能豁免，这一行不起作用",
        "{indicator} can't be waived; this row has no effect",
    ),
    "problem.waiver_incomplete": (
        "豁免缺少 {lacking}，这一行不起作用",
        "a waiver without {lacking}; this row has no effect",
    ),
    # problems: figures
    "problem.mark_differs": (
        "公布的标记为 {mark}，按数据判定为 {found}（{indicator}）",
        "{indicator} was published as {mark}, the facts say {found}",
    ),
    "problem.published_achievement": (
        "{standard} 公布达成度 {value}%，按标记重算为 {met}/{counted} = {recount}%{doubt}",
        "{standard}: published {value}%, recounted {met}/{counted} = {recount}%{doubt}",
    ),
    "problem.published_unmet": (
        "{standard} 公布未达标 {value} 项，重算为 {unmet} 项{doubt}",
        "{standard}: published {value} unmet, recounted {unmet}{doubt}",
    ),
    # problems: usage
    "problem.no_such_county": (
        "数据中没有“{value}”；有：{expected}",
        "{value} is not among the facts; there are {expected}",
    ),
    "problem.no_such_profile": (
        "没有口径“{value}”{hint}；有：{expected}",
        "there is no profile {value}{hint}; there are {expected}",
    ),
    "problem.no_durable": (
        "durable_rules 不可用（{why}）；可用 --engine duckdb，或安装 tzcheck[durable]",
        "durable_rules is not available ({why}); use --engine duckdb, or install tzcheck[durable]",
    ),
    "problem.no_result": ("不是 tzcheck 的结果文件：{why}", "not a result of tzcheck: {why}"),
    "problem.unwritable": ("无法写入：{why}", "can't be written: {why}"),
    # problems: rule files
    "problem.unknown_key": (
        "未知的键“{value}”{hint}；允许：{expected}",
        "unknown key {value}{hint}; allowed are {expected}",
    ),
    "problem.missing_key": ("缺少键“{value}”", "the key {value} is missing"),
    "problem.bad_value": ("值不对：{why}", "wrong value: {why}"),
    "problem.duplicate_id": ("编号“{value}”重复", "{value} is there twice"),
    "problem.pack_folder": (
        "标准“{value}”应放在同名文件夹里，而不是 {folder}",
        "the pack {value} belongs in a folder of that name, not in {folder}",
    ),
    "problem.rule_prefix": ("规则“{value}”应以“{pack}.”开头", "the rule {value} should begin with {pack}."),
    "problem.unknown_table": (
        "没有表“{value}”{hint}",
        "there is no table {value!r}{hint}",
    ),
    "problem.unknown_each": (
        "each 的值“{value}”无法识别{hint}；允许：{expected}",
        "each can't be {value!r}{hint}; allowed are {expected}",
    ),
    "problem.case_facts": (
        "{value} 的用例“{case}”中的数据不对：{why}",
        "the facts of the case {case} of {value} are wrong: {why}",
    ),
    "problem.measure_circular": ("指标“{value}”以自身计算", "the measure {value} is computed from itself"),
    "problem.measure_not_count": (
        "ceil 只能用于整数列，{value} 不是",
        "ceil works on columns of whole numbers only, and {value} is none",
    ),
    "problem.unknown_scope": (
        "没有名为“{value}”的范围（scopes）{hint}；有：{expected}",
        "there is no scope named {value}{hint}; there are {expected}",
    ),
    "problem.unknown_reading": (
        "没有名为“{value}”的理解（readings）{hint}；有：{expected}",
        "there is no reading named {value}{hint}; there are {expected}",
    ),
    "problem.unknown_by": (
        "没有按“{value}”分类的指标{hint}；有：{expected}",
        "no measure that it uses is split by {value}{hint}; there are {expected}",
    ),
    "problem.name_clash": (
        "名称“{value}”与列、指标或参数重名，其中一个会被遮住；请改名",
        "{value} is also the name of a column, a measure or a parameter, and would hide it; rename it",
    ),
    "problem.unknown_name": (
        "没有名为“{value}”的指标、参数或列{hint}；允许：{expected}",
        "no measure, parameter or column is named {value}{hint}; there are {expected}",
    ),
    "problem.unknown_category": (
        "“{value}”不是该列的代码{hint}；允许：{expected}",
        "{value} is none of the column's codes{hint}; there are {expected}",
    ),
    "problem.codes_in_order": (
        "代码之间没有大小，不能用 {value}",
        "codes have no order, so {value} can't compare them",
    ),
    "problem.condition": ("条件“{text}”无法读懂：在“{value}”处", "can't read the condition {text!r}: at {value!r}"),
    "problem.requires_nothing": (
        "规则“{value}”有 each、applies 或 parameters，却没有 requires",
        "{value} has each, applies or parameters, but requires nothing",
    ),
    "problem.no_id_column": ("表头中没有 id 列，只有：{found}", "the header has no column id, but: {found}"),
    "problem.no_statement": ("该行没有 id", "the row has no id"),
    "problem.same_statement": ("id “{value}”已在第{first}行出现", "the id {value} is already in row {first}"),
    "problem.no_rows": ("表头以下没有任何行", "there is no row below the header"),
    "problem.decided_twice": (
        "规则“{value}”只能有一种判定方式：requires、outcome、recounts 或 undecidable（后者不计入达成度）",
        "{value} can be decided in one way only: requires, outcome, recounts, or undecidable (which is not counted)",
    ),
    "problem.not_leaned_on": (
        "“{value}”属于另一标准，pack.yaml 的 leans_on 须列出 {standard}",
        "{value} is another standard's: leans_on of pack.yaml must list {standard}",
    ),
    "problem.outcome_circular": ("规则“{value}”读取了自己的结论", "{value} reads its own outcome"),
    "problem.unused_parameter": ("参数“{value}”没有用到", "the parameter {value} is not used"),
    "problem.no_value": ("参数“{value}”没有任何值", "the parameter {value} has no value at all"),
    "problem.bad_parameter": (
        "参数应为 {{日期: 数}} 或 {{by: 列, 类别: {{日期: 数}}}}；日期如 2017-04-19，数如 45、0.85、85 %、1/15",
        "a parameter is {{day: amount}} or {{by: column, category: {{day: amount}}}}; "
        "a day such as 2017-04-19, an amount such as 45, 0.85, 85 % or 1/15",
    ),
    "problem.no_category": (
        "参数“{value}”缺少类别 {categories}",
        "the parameter {value} has no value for {categories}",
    ),
    "problem.no_value_on_day": (
        "参数 {value} {category} 在 {day} 没有值，最早从 {since} 起",
        "the parameter {value} {category} has no value on {day}, only from {since}",
    ),
    "problem.no_cases": (
        "规则“{value}”没有达标和未达标的用例",
        "{value} needs a case that is met and one that is unmet",
    ),
    "problem.contradiction": (
        "“{value}”不可能同时不小于 {low} 又不大于 {high}",
        "{value} can't be at least {low} and at most {high}",
    ),
    "problem.measure_syntax": ("表达式无法读懂：{value}", "can't read the expression: {value}"),
    "problem.measure_function": ("表达式里不允许 {value}", "{value} is not allowed in a measure"),
    "problem.measure_column": (
        "表里没有列“{value}”{hint}",
        "the table has no column {value}{hint}",
    ),
    "problem.measure_aggregate": (
        "每行一个对象时不能用聚合：{value}",
        "a measure of each row can't aggregate: {value}",
    ),
    "problem.measure_not_aggregated": (
        "列“{value}”应放在 sum、count、min 或 max 里",
        "the column {value} should stand inside sum, count, min or max",
    ),
    "problem.measure_misplaced": (
        "{value} 不能放在这里：筛选条件放在 filter (where …) 里，聚合不能嵌套，数字不用指数",
        "{value} can't stand here: tests go into filter (where …), aggregates don't nest, numbers have no exponent",
    ),
    "problem.measure_division": (
        "聚合里不能有除法：{value}；请用 sum(…) / sum(…)",
        "no division inside an aggregate: {value}; write sum(…) / sum(…)",
    ),
    "problem.measure_of_measures": (
        "没有可用的指标“{value}”{hint}",
        "there is no measure {value} with a table of its own{hint}",
    ),
    "problem.measure_not_number": ("列“{value}”不是数", "the column {value} is no number"),
    "problem.case_failed": (
        "用例“{case}”应为 {wanted}，{engine} 判为 {got}",
        "the case {case!r} should be {wanted}; {engine} found {got}",
    ),
    # problems: inside
    "problem.internal": (
        "tzcheck 内部故障：{why}；请把这一行报告给开发者",
        "an internal fault of tzcheck: {why}; please report this line",
    ),
    "problem.duckdb": ("DuckDB 无法计算：{why}", "DuckDB can't compute it: {why}"),
    "problem.rete": ("durable_rules 出错：{why}", "durable_rules failed: {why}"),
    "problem.verdicts_lost": (
        "{rule} 应有 {due} 个判定，得到 {came} 个",
        "{rule} had {due} verdicts to give and gave {came}",
    ),
}
