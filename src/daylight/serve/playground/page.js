"use strict";
// One page for every kind of input and answer; what a model takes and gives, the server says.

const $ = (id) => document.getElementById(id);
const SHOWN = 10;
const FAR = 0.2;
let model = null;
let file = null;

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

async function ask(path, options = {}) {
  const key = $("key").value;
  const headers = { ...options.headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) };
  const response = await fetch(path, { ...options, headers });
  const body = await response.json();
  if (!response.ok) {
    if (response.status === 401) $("access").open = true;
    throw new Error([body.error, body.hint].filter(Boolean).join(" "));
  }
  return body;
}

function picture() {
  const choose = make("input", { type: "file", accept: "image/*", id: "file", ariaLabel: "Picture" });
  const text = make("span", { textContent: "Drop a picture here, or choose one." });
  const drop = make("div", { id: "drop" }, text, choose);
  choose.onchange = () => choose.files[0] && take(choose.files[0]);
  drop.ondragover = (event) => { event.preventDefault(); drop.classList.add("over"); };
  drop.ondragleave = () => drop.classList.remove("over");
  drop.ondrop = (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  };
  if (navigator.mediaDevices) {
    const camera = make("button", { type: "button", textContent: "Use the camera" });
    camera.onclick = () => film(drop, camera).catch((error) => fail(error));
    drop.append(camera);
  }
  return drop;
}

function take(given) {
  file = given;
  const shown = make("img", { src: URL.createObjectURL(given), alt: "The picture that is asked about" });
  shown.onload = () => shown.classList.toggle("small", shown.naturalWidth < 160);
  $("drop").querySelectorAll("img, video").forEach((old) => old.remove());
  $("drop").prepend(shown);
  send();
}

async function film(drop, button) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const video = make("video", { srcObject: stream, autoplay: true, muted: true });
  drop.querySelectorAll("img, video").forEach((old) => old.remove());
  drop.prepend(video);
  button.textContent = "Take the picture";
  button.onclick = () => {
    const canvas = make("canvas", { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    stream.getTracks().forEach((track) => track.stop());
    button.textContent = "Use the camera";
    button.onclick = () => film(drop, button).catch((error) => fail(error));
    canvas.toBlob((blob) => take(new File([blob], "camera.png", { type: "image/png" })));
  };
}

function control(field) {
  const number = field.type === "number" || field.type === "seed";
  const properties = { name: field.name, type: number ? "number" : "text" };
  if (field.type === "number") properties.step = "any";
  if (field.type === "seed") Object.assign(properties, { min: 0, value: 0, required: true });
  return make("label", {}, field.name, make("input", properties));
}

function inputs() {
  const fields = model.fields;
  if (fields.some((field) => field.type === "image")) return picture();
  if (fields.length === 1 && fields[0].type === "text")
    return make("textarea", { id: "text", ariaLabel: "Text", placeholder: "Text", required: true });
  if (fields.length === 1 && fields[0].type === "keys")
    return make("textarea", { id: "keys", ariaLabel: "Items", placeholder: "Items, one a line", required: true });
  return make("div", { id: "row" }, ...fields.map(control));
}

function given() {
  if ($("text")) return $("text").value;
  if ($("keys")) return $("keys").value.split("\n").map((line) => line.trim()).filter(Boolean);
  const row = {};
  for (const field of model.fields) {
    const { value } = $("row").querySelector(`[name="${CSS.escape(field.name)}"]`);
    const number = field.type === "number" || field.type === "seed";
    row[field.name] = value === "" ? null : number ? Number(value) : value;
  }
  return row;
}

async function send() {
  const isPicture = Boolean($("drop"));
  if (isPicture && !file) return fail(new Error("Choose a picture first."));
  const path = `/v1/models/${encodeURIComponent(model.name)}/predict`;
  const start = performance.now();
  try {
    const found = isPicture
      ? await ask(path, { method: "POST", body: file, headers: { "Content-Type": file.type || "application/octet-stream" } })
      : await ask(path, { method: "POST", body: JSON.stringify({ inputs: [given()] }), headers: { "Content-Type": "application/json" } });
    show(found.answers[0], performance.now() - start);
  } catch (error) {
    fail(error);
  }
}

function fail(error) {
  $("answer").replaceChildren(make("p", { className: "error", textContent: error.message }));
}

function table(rows) {
  const best = Math.max(...rows.map(([, value]) => Math.abs(value)), 1e-9);
  return make("table", {}, ...rows.map(([name, value]) => make("tr", {},
    make("th", { scope: "row", textContent: name }),
    make("td", {}, make("meter", { min: 0, max: best > 1 ? best : 1, value: Math.abs(value), ariaLabel: name })),
    make("td", { className: "number", textContent: value.toFixed(3) }))));
}

function shown(answer) {
  if (answer.probabilities) {
    const rows = Object.entries(answer.probabilities).sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
    return [make("p", { className: "first", textContent: answer.label ?? answer.labels.join(", ") }), table(rows)];
  }
  if (answer.items) return [table(answer.items.map((item, place) => [item, answer.scores[place]]).slice(0, SHOWN))];
  if (answer.image) return [make("img", { src: answer.image, alt: "The answer" })];
  const value = answer.value ?? answer.text;
  if (value !== undefined)
    return [make("p", { className: "first", textContent: typeof value === "number" ? value.toPrecision(5) : value })];
  return [make("pre", { textContent: JSON.stringify(answer, null, 2) })];
}

function show(answer, took) {
  const note = make("p", { className: "took", textContent: `Answered in ${took.toFixed(0)} ms.` });
  $("answer").replaceChildren(...shown(answer), note);
}

function curl() {
  const url = `${location.origin}/v1/models/${encodeURIComponent(model.name)}/predict`;
  if ($("drop")) return `curl ${url} --data-binary @picture.jpg -H 'Content-Type: image/jpeg'`;
  const example = $("row") ? "{…}" : $("keys") ? '["…"]' : '"…"';
  return `curl ${url} -H 'Content-Type: application/json' -d '{"inputs": [${example}]}'`;
}

async function open(name) {
  model = await ask(`/v1/models/${encodeURIComponent(name)}`);
  file = null;
  document.title = `${model.name} · Daylight`;
  $("about").textContent = `${model.title}, version ${model.version}.`;
  $("input").replaceChildren(inputs());
  $("answer").replaceChildren();
  const far = Object.entries(model.drift).filter(([, index]) => index > FAR).map(([feature]) => feature);
  $("drift").hidden = !far.length;
  $("drift").textContent = `What is asked now does not look like the test data: ${far.join("; ")}.`;
  $("curl").textContent = curl();
  $("card-text").textContent = model.card.replace(/^---\n[\s\S]*?\n---\n/, "");
}

async function begin() {
  const { models } = await ask("/v1/models");
  $("model").replaceChildren(...models.map(({ name }) => make("option", { value: name, textContent: name })));
  $("models").hidden = models.length < 2;
  if (models.length) await open(models[0].name);
  else fail(new Error("No model is loaded."));
}

$("model").onchange = () => open($("model").value).catch(fail);
$("key").onchange = () => begin().catch(fail);
$("access-form").onsubmit = (event) => event.preventDefault();
$("form").onsubmit = (event) => { event.preventDefault(); send(); };
begin().catch(fail);
