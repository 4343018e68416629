// The live page of a sale: reads the stream, shows price, end, clock and whether the connection stands.
"use strict";
const id = location.pathname.split("/").filter(Boolean).pop();
const api = "/api/v1/sales/" + encodeURIComponent(id);
const at = (name) => document.getElementById(name);
const yuan = (fen) => (fen == null ? "–" : (fen / 100).toLocaleString("zh-CN", { style: "currency", currency: "CNY" }));
const words = { notice: "公告期", open: "竞价中", suspended: "已中止", closing: "正在截止", over: "已结束" };
const SHOWN = 50;
let last = null, ends = null, offset = 0, wait = 1000;

function time(text) {
  return text ? new Date(text).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false }) : "–";
}

function connection(text, live) {
  at("connection").textContent = text;
  at("connection").dataset.live = live ? "yes" : "no";
}

function clock(now) {
  offset = new Date(now).getTime() - Date.now();
}

function state(it) {
  clock(it.now);
  ends = it.ends_at;
  at("phase").textContent = words[it.phase] || it.state;
  at("price").textContent = yuan(it.price_fen);
  at("next").textContent = yuan(it.next_fen);
  at("leader").textContent = it.leader || "–";
  at("end").textContent = time(it.ends_at);
}

function bid(it) {
  const shown = [...at("bids").children];
  if (shown.some((line) => line.value === it.seq)) return;
  const line = document.createElement("li");
  line.value = it.seq;
  line.textContent = time(it.at) + "  " + it.alias + "  " + yuan(it.price_fen);
  at("bids").insertBefore(line, shown.find((other) => other.value < it.seq) || null);
  while (at("bids").children.length > SHOWN) at("bids").lastChild.remove();
}

// Asked for once the stream stands, so that nothing falls between the two.
async function history() {
  const answer = await fetch(api + "/bids?limit=" + SHOWN);
  if (answer.ok) (await answer.json()).items.forEach(bid);
}

async function follow() {
  try {
    const answer = await fetch(api + "/stream-ticket", { method: "POST" });
    if (!answer.ok) throw new Error(String(answer.status));
    const ticket = await answer.json();
    const source = new EventSource(ticket.location + (last == null ? "" : "&after=" + last));
    const again = () => { source.close(); connection("连接中断，正在重连…", false); setTimeout(follow, wait); wait = Math.min(wait * 2, 30000); };
    source.addEventListener("connected", (event) => { wait = 1000; connection("已连接", true); clock(JSON.parse(event.data).now); history().catch(() => {}); });
    source.addEventListener("bid", (event) => { last = event.lastEventId; bid(JSON.parse(event.data)); });
    source.addEventListener("state", (event) => { last = event.lastEventId; state(JSON.parse(event.data)); });
    source.addEventListener("clock", (event) => clock(JSON.parse(event.data).now));
    source.addEventListener("bye", again);
    // A ticket opens one stream: the browser's own reconnect would be refused.
    source.onerror = again;
  } catch (error) {
    connection("无法连接，正在重试…", false);
    setTimeout(follow, wait);
    wait = Math.min(wait * 2, 30000);
  }
}

setInterval(() => {
  const now = new Date(Date.now() + offset);
  at("clock").textContent = time(now);
  const left = ends ? Math.max(0, Math.floor((new Date(ends) - now) / 1000)) : null;
  at("left").textContent = left == null ? "–" : Math.floor(left / 3600) + " 时 " + Math.floor(left / 60) % 60 + " 分 " + left % 60 + " 秒";
}, 500);
fetch(api).then((answer) => answer.json()).then((sale) => { if (sale.title) { at("title").textContent = sale.title; document.title = sale.title; } });
follow();
