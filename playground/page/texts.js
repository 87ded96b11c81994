// Every text of the page in both languages, and the choice between them.

const TEXTS = {
  en: {
    playground: "playground", addCustomer: "+ Customer", newCustomer: "A new customer",
    addAgent: "+ Agent", newAgent: "A new agent",
    newAgentHint: "{name} has the user id {id}. An owner lets them in: the command is put into the admin’s chat, ready to send.",
    deskClock: "The desk’s clock", deskClockHint: "The desk’s own clock ({zone}). Messages keep the real time.",
    deskOpen: "Open", deskClosed: "Closed", plusMinute: "+1 min", plusFive: "+5 min", plusHour: "+1 h",
    toClosing: "Closes {when} →", toOpening: "Opens {when} →", backToNow: "Back to now",
    name: "Name", writesTo: "Writes to", cancel: "Cancel", add: "Add", ok: "OK", close: "Close",
    customer: "Customer", agent: "Agent", admin: "Admin", as: "as {name}",
    connected: "Connected", reconnecting: "Connecting…",
    theme: "Light or dark", language: "Switch to Chinese", languageName: "中文",
    block: "Block", blocked: "You blocked this bot.", unblock: "Unblock",
    privateChat: "Private chat", general: "General", chat: "Chat", closed: "closed",
    messages: "Messages", write: "Message", send: "Send", attach: "Attach",
    attachMedia: "Photo or video", attachFile: "File", attachLocation: "Location",
    attachContact: "Contact", remove: "Remove", commands: "Commands",
    start: "Start", empty: "Nothing here yet", emptyHint: "Press Start or just write something.",
    emptyTopic: "Nothing in this topic yet", noBot: "This seat has no bot.",
    edited: "edited", reply: "Reply", edit: "Edit", react: "React", replyTo: "Reply to {name}",
    editing: "Edit message", forwarded: "Forwarded from {name}", typing: "{name} is typing",
    sending: "{name} is sending a file", recording: "{name} is recording",
    photo: "Photo", voice: "Voice message", video: "Video", document: "File", sticker: "Sticker",
    location: "Location", contact: "Contact", audio: "Audio", animation: "Animation",
    video_note: "Video message", dice: "Dice", poll: "Poll", venue: "Place", message: "Message",
    openPhoto: "Open the photo", download: "Download {name}", copied: "Copied",
    unsupportedButton: "This kind of button works only in Telegram",
    topicCreated: "Topic “{name}” was opened", topicEdited: "The topic is now called “{name}”",
    topicClosed: "The topic was closed", topicReopened: "The topic was reopened",
    pinned: "Pinned: {text}", service: "Something changed in this chat",
    failed: "That did not work: {why}", offline: "the playground does not answer", you: "You",
    dropHere: "Drop files to send them", seats: "Chats", unread: "{n} new",
    myContact: "+86 138 0000 0000",
  },
  "zh-CN": {
    playground: "演练场", addCustomer: "+ 客户", newCustomer: "新客户",
    addAgent: "+ 坐席", newAgent: "新坐席",
    newAgentHint: "{name}的用户编号是 {id}，需要超级管理员添加：命令会填入管理员的输入框，发送即可。",
    deskClock: "客服台的时钟", deskClockHint: "客服台自己的时钟（{zone}）。消息仍按真实时间。",
    deskOpen: "营业中", deskClosed: "已下班", plusMinute: "+1 分", plusFive: "+5 分", plusHour: "+1 时",
    toClosing: "{when} 下班 →", toOpening: "{when} 上班 →", backToNow: "回到现在",
    name: "名字", writesTo: "发消息给", cancel: "取消", add: "添加", ok: "好的", close: "关闭",
    customer: "客户", agent: "坐席", admin: "管理员", as: "身份：{name}",
    connected: "已连接", reconnecting: "连接中…",
    theme: "浅色或深色", language: "切换到英文", languageName: "English",
    block: "拉黑", blocked: "你已拉黑这个机器人。", unblock: "解除拉黑",
    privateChat: "私聊", general: "常规", chat: "会话", closed: "已关闭",
    messages: "消息", write: "输入消息", send: "发送", attach: "添加附件",
    attachMedia: "照片或视频", attachFile: "文件", attachLocation: "位置",
    attachContact: "名片", remove: "移除", commands: "命令",
    start: "开始", empty: "还没有消息", emptyHint: "点“开始”，或者直接写点什么。",
    emptyTopic: "这个话题里还没有消息", noBot: "这个席位没有机器人。",
    edited: "已编辑", reply: "回复", edit: "编辑", react: "表态", replyTo: "回复 {name}",
    editing: "编辑消息", forwarded: "转发自 {name}", typing: "{name} 正在输入",
    sending: "{name} 正在发送文件", recording: "{name} 正在录制",
    photo: "照片", voice: "语音", video: "视频", document: "文件", sticker: "贴纸",
    location: "位置", contact: "名片", audio: "音频", animation: "动图",
    video_note: "视频留言", dice: "骰子", poll: "投票", venue: "地点", message: "消息",
    openPhoto: "查看照片", download: "下载 {name}", copied: "已复制",
    unsupportedButton: "这种按钮只能在 Telegram 里使用",
    topicCreated: "话题“{name}”已创建", topicEdited: "话题已改名为“{name}”",
    topicClosed: "话题已关闭", topicReopened: "话题已重新打开",
    pinned: "置顶：{text}", service: "会话有变动",
    failed: "没有成功：{why}", offline: "演练场没有响应", you: "你",
    dropHere: "松开即可发送文件", seats: "会话", unread: "{n} 条新消息",
    myContact: "+86 138 0000 0000",
  },
};

function stored(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

let current = stored("language")
  || ((navigator.language || "en").toLowerCase().startsWith("zh") ? "zh-CN" : "en");

export function language() { return current; }

export function remember(key, value) {
  try { localStorage.setItem(key, value); } catch { /* private browsing: it lasts for this page */ }
}

export function recalled(key) { return stored(key); }

export function switchLanguage() {
  current = current === "en" ? "zh-CN" : "en";
  remember("language", current);
}

export function t(key, values = {}) {
  const text = TEXTS[current][key] ?? TEXTS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function time(seconds) {
  const own = (navigator.languages || []).find((code) => code.startsWith(current.slice(0, 2)));
  return new Intl.DateTimeFormat(own || current, { hour: "2-digit", minute: "2-digit" })
    .format(new Date(seconds * 1000));
}

// Fill in the texts of everything that says which text it wants.
export function translate(root) {
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", t(node.dataset.label));
    node.title = t(node.dataset.label);
  }
}
