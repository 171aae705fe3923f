// Every word of the page in English and Chinese, and how times and numbers are written.

import { remember, remembered } from "./dom.js";

const WORDS = {
  title: ["monitoring and early warning", "地质灾害监测预警"],
  skip: ["Skip to the warnings", "跳到预警列表"],
  pages: ["Pages", "页面"],
  map: ["Map", "地图"],
  districts: ["Districts", "区县"],
  operations: ["Operations", "运行"],
  warnings: ["Warnings", "预警"],
  pointPanel: ["Point", "监测点"],
  byLevel: ["Points by level", "各级监测点数"],
  level0: ["Normal", "正常"],
  level1: ["Blue", "蓝色"],
  level2: ["Yellow", "黄色"],
  level3: ["Orange", "橙色"],
  level4: ["Red", "红色"],
  silent: ["Silent", "静默"],
  silentNow: ["silent: not reporting, keeps its level", "静默：停止报数，级别保持"],
  points: ["points", "个监测点"],
  search: ["Name or id   ( / )", "名称或编号（/）"],
  found: ["{} found", "找到{}个"],
  nothingFound: ["Nothing found", "无结果"],
  dark: ["Dark", "深色"],
  light: ["Light", "浅色"],
  other: ["中文", "English"],
  live: ["live", "实时"],
  lost: ["Connection lost: what is shown is of {}. Trying again …", "连接中断：所示为{}的数据，正在重连……"],
  recordLost: ["The record cannot be asked now; live levels go on. {}", "暂时无法查询历史数据，实时级别不受影响。{}"],
  kafkaLost: ["The stream cannot be heard: levels may be old. {}", "无法接收数据流：级别可能已过时。{}"],
  exercise: ["EXERCISE: the readings are simulated. No real slope is in danger.", "演练：数据为模拟数据，并无真实险情。"],
  notReal: ["{}: this is not real data.", "{}：非真实数据。"],
  logout: ["Log out", "退出"],
  zoomIn: ["Zoom in", "放大"],
  zoomOut: ["Zoom out", "缩小"],
  whole: ["Whole province", "全图"],
  mapHelp: [
    "Map of {} points. Arrow keys move, plus and minus zoom, 0 shows all, N and P go through the points with a warning, Enter opens.",
    "{}个监测点的地图。方向键移动，加减键缩放，0 显示全图，N 和 P 逐个查看有预警的点，回车打开。",
  ],
  mapKeys: ["arrows move · + − zoom · N/P next warning · Enter opens", "方向键移动 · + − 缩放 · N/P 下一预警 · 回车打开"],
  datum: ["Borders for display only", "区界仅供显示"],
  all: ["All", "全部"],
  changes: ["Levels", "级别变化"],
  silence: ["Silence", "静默"],
  open: ["Open", "未确认"],
  high: ["Orange, red", "橙色以上"],
  noWarnings: ["No warnings.", "暂无预警。"],
  show: ["Show", "显示"],
  raised: ["raised", "发布"],
  upgraded: ["raised to a higher level", "升级"],
  downgraded: ["lowered", "降级"],
  cleared: ["ended", "解除"],
  acknowledged: ["acknowledged", "已确认"],
  went_silent: ["stopped reporting", "停止报数"],
  reporting: ["reports again", "恢复报数"],
  forecastChanged: ["forecast changed", "预测变化"],
  by: ["{} by {}", "{}：{}"],
  seenBy: ["Acknowledged by {}, {}", "{}于{}确认"],
  close: ["Close", "关闭"],
  loading: ["Loading …", "加载中……"],
  people: ["People at risk", "受威胁人数"],
  kind: ["Hazard", "灾害类型"],
  district: ["District", "区县"],
  place: ["Position", "位置"],
  lastSeen: ["Last reading", "最近读数"],
  span: ["Time shown", "时间范围"],
  hour1: ["1 h", "1小时"],
  hour6: ["6 h", "6小时"],
  day1: ["24 h", "24小时"],
  day7: ["7 days", "7天"],
  day30: ["30 days", "30天"],
  always: ["All", "全部"],
  silentCard: ["Silence", "静默"],
  standing: ["Warning and its explanation", "预警与依据"],
  history: ["Earlier", "历史"],
  advice: ["What to do", "处置建议"],
  wholeText: ["The whole explanation", "完整说明"],
  noWarning: ["No warning was ever raised here.", "该点从未发布预警。"],
  name: ["Your name", "姓名"],
  note: ["Note", "备注"],
  acknowledge: ["Acknowledge", "确认"],
  ackHelp: ["Says that you have seen it. The level is not changed.", "表示您已知悉；级别不变。"],
  notSent: ["Not acknowledged: {}", "确认失败：{}"],
  forecast: ["Forecast time of failure", "预测破坏时间"],
  window: ["between {} and {}", "{} 至 {}"],
  method: ["method {}, R² {}", "方法 {}，R² {}"],
  displacement: ["Displacement, change over the time shown", "位移（时段内变化）"],
  velocity: ["Velocity", "速率"],
  tilt: ["Tilt, change over the time shown", "倾角（时段内变化）"],
  rain: ["Rain per reading", "雨量（每次读数）"],
  water: ["Water and pore pressure", "水文与孔隙水压力"],
  dynamic: ["Shaking and sound", "振动与次声"],
  flow: ["Mud level", "泥水位"],
  otherFamily: ["Other", "其他"],
  health: ["Battery and signal", "电量与信号"],
  levelPanel: ["Level", "级别"],
  quality: ["Quality flags", "质量标记"],
  flag1: ["good", "合格"],
  flag2: ["not checked", "未检"],
  flag3: ["suspect", "可疑"],
  flag4: ["fail", "不合格"],
  flag9: ["missing", "缺测"],
  because: ["{}: {}", "{}：{}"],
  doubted: ["Readings of which a quality test spoke ({})", "质量检验有异议的读数（{}）"],
  reading: ["Value", "数值"],
  noDataSince: ["No data since {}", "自 {} 起无数据"],
  noDataYet: ["No data yet", "尚无数据"],
  noRecord: ["The record cannot be asked now.", "暂时无法查询历史数据。"],
  chartHelp: ["Charts of {}. Left and right arrow keys move the cursor.", "{}的图表。左右方向键移动光标。"],
  instruments: ["Instruments", "仪器"],
  channel: ["Channel", "测项"],
  device: ["Device", "设备"],
  value: ["Last value", "最新值"],
  at: ["At", "时间"],
  flag: ["Flag", "标记"],
  angle: ["Angle", "切线角"],
  readings: ["Readings", "读数"],
  worst: ["Worst", "最高级别"],
  total: ["Points", "监测点"],
  sortHelp: ["Click a heading to sort", "点击表头排序"],
  roles: ["Processes", "进程"],
  role: ["Role", "角色"],
  instance: ["Instance", "实例"],
  rate: ["Readings/s", "读数/秒"],
  lag: ["Lag", "积压"],
  memory: ["Memory, MiB", "内存 MiB"],
  heard: ["Heard", "最近上报"],
  ago: ["{} s ago", "{} 秒前"],
  rejects: ["Rejected messages held, by reason", "被拒消息（按原因）"],
  reason: ["Reason", "原因"],
  count: ["Count", "数量"],
  deliveries: ["Webhook deliveries", "预警推送"],
  delivered: ["Delivered", "已送达"],
  pending: ["Waiting", "待发送"],
  dead: ["Given up", "已放弃"],
  failed_tries: ["Failed tries", "失败次数"],
  latency: ["Latency", "时延"],
  toStore: ["Reading: ingest to record, mean", "读数：接入到入库（平均）"],
  toPage: ["Warning: made to shown, median / 99 %", "预警：生成到显示（中位/99%）"],
  page: ["This console: memory, CPU", "本控制台：内存、CPU"],
  parts: ["Connections", "连接"],
  record: ["Record", "历史数据库"],
  stream: ["Stream", "数据流"],
  fine: ["answers", "正常"],
  none: ["none", "无"],
  late: ["silent for {} s", "{} 秒未上报"],
};

let language = remembered("language", navigator.language?.startsWith("zh") ? "zh" : "en");

export const lang = () => language;
export const pick = (both) => both?.[language] ?? both?.en ?? "";

export function setLanguage(next) {
  language = next;
  remember("language", next);
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
}

export function t(key, ...values) {
  const text = WORDS[key]?.[language === "zh" ? 1 : 0] ?? key;
  let i = 0;
  return text.replace(/\{\}/g, () => values[i++] ?? "");
}

// People in Chongqing read UTC+8, whatever their machine's clock says.
const part = (ms) => new Date(ms + 8 * 3600_000).toISOString();
export const time = (ms) => part(ms).slice(0, 19).replace("T", " ");
export const shortTime = (ms) => part(ms).slice(5, 16).replace("T", " ");
export const clock = (ms) => part(ms).slice(11, 16);
export const day = (ms) => part(ms).slice(5, 10);

export const count = (n) => Math.round(n).toLocaleString("en-US");

export function number(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2);
  return value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3);
}

export const channelName = (one) => (lang() === "zh" ? one.zh : one.channel.replace(/^gnss_?(.?)/, (_, axis) => `GNSS ${axis.toUpperCase()}`).replace("_", " "));

export const kindText = (kind) => t({ silent: "went_silent", forecast: "forecastChanged" }[kind] ?? kind);

export function labelAll() {
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
}
