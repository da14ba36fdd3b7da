// Checks a vaccination card (SMART Health Card) in the page. Of a card nothing leaves the device: the only requests are
// for our own public keys, the list of withdrawn cards of one key, and the reader of QR codes where the browser has none.
// Words stand in the page's templates; this fills in names, dates and codes, always as text.

const MOST_UNPACKED = 1 << 20;
const LARGEST_SIDE = 2400; // pixels
const SCALES = [1, 2, 1.5, 3, 0.5]; // small codes are read when enlarged, those of coarse photographs when reduced
const SCALES_OF_CAMERA = [1, 0.5]; // there is always another picture
const LOOK_EVERY = 200; // milliseconds
const MOST_CODES = 20; // in one picture
const LONG = 1.5; // times as long as wide: a picture in which there may be several codes
const MOST_WINDOWS = 40; // of one picture
const SCALES_OF_WINDOW = [1, 2];
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const PART = /^shc:\/\d+\//;
const SCANNED = /^shc:\/(?:(\d{1,2})\/(\d{1,2})\/)?((?:\d\d)+)$/;

const check = document.getElementById("check");
const answer = document.getElementById("answer");
const settings = check.dataset;

/** Nothing can be said of a card; `verdict`: why. */
class Untold extends Error {
  constructor(verdict) {
    super(verdict);
    this.verdict = verdict;
  }
}

// --- from what was read to the signed text ---------------------------------------------------------------------------

let parts = new Map(); // of a card with several codes: ordinal to text, as far as they were seen
let partCount = 0;

/** The signed texts in what was scanned, pasted or in a file; null while parts of one are missing. */
function signedTexts(text) {
  const trimmed = text.trim();
  const scanned = SCANNED.exec(trimmed);
  if (scanned) {
    const whole = assembled(scanned);
    return whole === null ? null : [whole];
  }
  if (trimmed.startsWith("{")) {
    const listed = parsed(trimmed).verifiableCredential;
    if (Array.isArray(listed) && listed.length) return listed.map(String);
  }
  if (COMPACT.test(trimmed)) return [trimmed];
  throw new Untold(trimmed.startsWith("%PDF-") ? "paper" : "unreadable");
}

function assembled([, ordinal, count, digits]) {
  const text = digits.replace(/../g, (pair) => String.fromCharCode(Number(pair) + 45));
  if (!count) return text;
  if (Number(count) !== partCount) {
    parts = new Map();
    partCount = Number(count);
  }
  parts.set(Number(ordinal), text);
  const wanted = Array.from({ length: partCount }, (_, index) => index + 1);
  return wanted.every((each) => parts.has(each)) ? wanted.map((each) => parts.get(each)).join("") : null;
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    throw new Untold("unreadable");
  }
}

// --- from the signed text to a verdict -------------------------------------------------------------------------------

/** What is to be said of a signed text: a verdict, with its claims where they may be believed. */
async function verdictOf(text) {
  if (!COMPACT.test(text)) throw new Untold("unreadable");
  const [head, body, signature] = text.split(".");
  let header;
  try {
    header = parsed(new TextDecoder().decode(bytes(head)));
  } catch {
    return { verdict: "forged" };
  }
  const key = (await fetched(settings.keys)).keys.find((each) => each.kid === header.kid);
  if (!key) return withoutKey(body);
  const genuine = header.alg === "ES256" && header.zip === "DEF" && (await fits(key, `${head}.${body}`, signature));
  if (!genuine) return { verdict: "forged" };
  const claims = parsed(await inflated(bytes(body)));
  if (claims.iss !== settings.issuer) return { verdict: "stranger", issuer: String(claims.iss) };
  return { verdict: await standing(claims, key), claims };
}

/** A card that none of our keys signed: of another issuer, or one that pretends to be ours. */
async function withoutKey(body) {
  try {
    const issuer = parsed(await inflated(bytes(body))).iss;
    if (typeof issuer === "string" && issuer !== settings.issuer) return { verdict: "stranger", issuer };
  } catch {
    // not even readable: as good as changed
  }
  return { verdict: "forged" };
}

async function fits(key, signed, signature) {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const { kty, crv, x, y } = key;
  try {
    const imported = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, algorithm, false, ["verify"]);
    const hashed = { name: "ECDSA", hash: "SHA-256" };
    return await crypto.subtle.verify(hashed, imported, bytes(signature), new TextEncoder().encode(signed));
  } catch {
    return false;
  }
}

async function standing(claims, key) {
  const now = Date.now() / 1000;
  const number = claims.vc?.rid;
  if (number && key.crlVersion) {
    const { rids } = await fetched(`${settings.lists}${key.kid}.json`);
    if (rids.some((each) => withdraws(each, number, claims.nbf))) return "revoked";
  }
  if (claims.exp !== undefined && !(claims.exp > now)) return "expired";
  return claims.nbf > now ? "early" : "valid";
}

/** A number on the list may end in ".time": then it withdraws only cards that were made before. */
function withdraws(listed, number, made) {
  const [rid, before] = listed.split(".");
  return rid === number && (before === undefined || made < Number(before));
}

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
}

async function inflated(packed) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const pieces = [];
  let size = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    size += piece.value.length;
    if (size > MOST_UNPACKED) throw new Untold("unreadable");
    pieces.push(piece.value);
  }
  return new Blob(pieces).text();
}

async function fetched(address) {
  try {
    const response = await fetch(address, { cache: "no-store", credentials: "omit", redirect: "error" });
    if (response.ok) return await response.json();
  } catch {
    // said below
  }
  throw new Untold("unchecked");
}

// --- from the verdict to the page ------------------------------------------------------------------------------------

function copyOf(template) {
  return document.getElementById(template).content.cloneNode(true);
}

function fill(part, slots) {
  for (const [name, text] of Object.entries(slots)) part.querySelector(`[data-slot="${name}"]`)?.append(text);
  return part;
}

function show(...shown) {
  shown.slice(1).forEach((each, index) => rename(each, `verdict-${index + 2}`));
  answer.replaceChildren(...shown);
  document.getElementById("verdict").focus();
}

/** A verdict below another one: no two headings have one id. */
function rename(part, id) {
  part.getElementById("verdict").id = id;
  part.querySelector("section").setAttribute("aria-labelledby", id);
}

function drawn({ verdict, claims, issuer }) {
  const part = fill(copyOf(`verdict-${verdict}`), { issuer: issuer ?? "" });
  if (claims && part.querySelector('[data-slot="name"]')) fill(part, slotsOf(claims));
  return part;
}

function slotsOf(claims) {
  const entries = claims.vc?.credentialSubject?.fhirBundle?.entry ?? [];
  const resources = entries.map((each) => each.resource ?? {});
  const person = resources.find((each) => each.resourceType === "Patient") ?? {};
  const name = person.name?.[0] ?? {};
  const doses = document.createDocumentFragment();
  for (const each of resources.filter((one) => one.resourceType === "Immunization")) doses.append(doseOf(each));
  return {
    name: [...(name.given ?? []), name.family ?? ""].join(" "),
    born: dayOf(person.birthDate),
    doses,
    made: dayOf(new Date(claims.nbf * 1000).toISOString().slice(0, 10)),
  };
}

function doseOf(dose) {
  const codes = (dose.vaccineCode?.coding ?? []).map((each) => String(each.code));
  const known = document.getElementById("vaccines").content;
  const named = codes.map((code) => known.querySelector(`[data-code="${CSS.escape(code)}"]`)).find(Boolean);
  const vaccine = named?.textContent ?? `${known.querySelector('[data-code=""]').textContent} (${codes.join(", ")})`;
  const batch = dose.lotNumber && `${document.getElementById("batch").content.textContent.trim()}: ${dose.lotNumber}`;
  const aside = [batch, ...(dose.performer ?? []).map((each) => each.actor?.display)].filter(Boolean).join(", ");
  return fill(copyOf("dose"), { day: dayOf(dose.occurrenceDateTime), vaccine, aside });
}

/** A FHIR date in words, as exact as it is: "2021-03" is a month. */
function dayOf(text) {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/.exec(text ?? "") ?? [];
  const months = document.getElementById("months").content.children; // browsers do not know Welsh ones
  return [day && Number(day), month && months[Number(month) - 1]?.textContent, year].filter(Boolean).join(" ");
}

/** Check what was read, source by source, and show what comes of it; whether more of a card is needed first. */
async function tell(...sources) {
  const shown = [];
  for (const texts of sources) shown.push(...(await toldOf(texts)));
  const isPart = partCount > 0;
  if (isPart) shown.push(partly());
  show(...shown);
  return !isPart;
}

/** What is said of one source; nothing while a part of a card is missing, nor of other codes beside a card. */
async function toldOf(texts) {
  const verdicts = [];
  let untold = texts.length ? null : "unreadable";
  let isPart = false;
  for (const text of texts) {
    try {
      const signed = signedTexts(text);
      if (signed === null) isPart = true;
      else verdicts.push(...(await drawnOf(signed)));
    } catch (error) {
      untold = error instanceof Untold ? error.verdict : "unreadable";
    }
  }
  return verdicts.length || isPart || untold === null ? verdicts : [copyOf(`verdict-${untold}`)];
}

async function drawnOf(texts) {
  parts = new Map();
  partCount = 0;
  const verdicts = [];
  for (const each of texts) verdicts.push(drawn(await verdictOf(each)));
  return verdicts;
}

function partly() {
  const read = [...parts.keys()].sort((a, b) => a - b).join(", ");
  return fill(copyOf("verdict-part"), { parts: `${read} / ${partCount}` });
}

// --- ways in: camera, file, pasted text ------------------------------------------------------------------------------

/** The texts of the QR codes in a picture; none where none can be read. */
async function codesIn(picture, width, height, scales) {
  if ("BarcodeDetector" in window) {
    const formats = await BarcodeDetector.getSupportedFormats();
    if (formats.includes("qr_code")) {
      const found = await new BarcodeDetector({ formats: ["qr_code"] }).detect(picture);
      return found.map((each) => each.rawValue);
    }
  }
  if (!window.jsQR) await import(settings.reader);
  const whole = codesWithin(picture, { left: 0, top: 0, width, height }, scales);
  if (scales === SCALES_OF_CAMERA || (whole.length && !whole.some((text) => PART.test(text)))) return whole;
  const areas = windowsOf(width, height);
  return [...new Set([...whole, ...areas.flatMap((each) => codesWithin(picture, each, SCALES_OF_WINDOW))])];
}

/** Parts along a long picture: several codes in one view confuse the reader. Each code lies wholly in one of them. */
function windowsOf(width, height) {
  const side = Math.min(width, height);
  const length = Math.max(width, height);
  if (length < LONG * side) return [];
  const [step, size] = [side / 4, (side * 5) / 4];
  const count = Math.min(MOST_WINDOWS, Math.ceil((length - size) / step) + 1);
  const starts = Array.from({ length: count }, (_, index) => index * step);
  return starts.map((start) => {
    const along = Math.min(size, length - start);
    return width > height
      ? { left: start, top: 0, width: along, height: side }
      : { left: 0, top: start, width: side, height: along };
  });
}

function codesWithin(picture, { left, top, width, height }, scales) {
  const fitting = Math.min(1, LARGEST_SIDE / Math.max(width, height));
  for (const scale of scales.map((each) => each * fitting)) {
    if (scale > 1 && Math.max(width, height) * scale > LARGEST_SIDE) continue;
    const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
    const drawing = canvas.getContext("2d", { willReadFrequently: true });
    drawing.fillStyle = "#fff";
    drawing.fillRect(0, 0, canvas.width, canvas.height);
    drawing.drawImage(picture, left, top, width, height, 0, 0, canvas.width, canvas.height);
    const found = [...codesOn(drawing)];
    if (found.length) return found;
  }
  return [];
}

/** Code by code: each that was read is painted over, and the reader looks again. */
function* codesOn(drawing) {
  const { width, height } = drawing.canvas;
  for (let count = 0; count < MOST_CODES; count += 1) {
    const found = window.jsQR(drawing.getImageData(0, 0, width, height).data, width, height);
    if (!found) return;
    yield found.data;
    const { topLeftCorner, topRightCorner, bottomRightCorner, bottomLeftCorner } = found.location;
    drawing.beginPath();
    for (const { x, y } of [topLeftCorner, topRightCorner, bottomRightCorner, bottomLeftCorner]) drawing.lineTo(x, y);
    drawing.fill();
  }
}

async function textsOf(file) {
  if (!file.type.startsWith("image/")) return [await file.slice(0, MOST_UNPACKED).text()];
  try {
    const picture = await createImageBitmap(file);
    return await codesIn(picture, picture.width, picture.height, SCALES);
  } catch {
    return [];
  }
}

const camera = document.getElementById("camera");
const picture = document.getElementById("picture");
const cameraOn = document.getElementById("camera-on");
const cameraOff = document.getElementById("camera-off");

async function watch() {
  try {
    picture.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    show(copyOf("verdict-no-camera"));
    return;
  }
  camera.hidden = false;
  cameraOn.hidden = true;
  cameraOff.focus(); // the button that had it is gone
  await picture.play();
  let before = "";
  while (picture.srcObject) {
    const { videoWidth: width, videoHeight: height } = picture;
    const texts = width ? await codesIn(picture, width, height, SCALES_OF_CAMERA) : [];
    const seen = texts.sort().join("\n");
    if (seen && seen !== before && picture.srcObject) {
      before = seen;
      if (await tell(texts)) stop();
    }
    await new Promise((next) => setTimeout(next, LOOK_EVERY));
  }
}

function stop() {
  for (const track of picture.srcObject?.getTracks() ?? []) track.stop();
  picture.srcObject = null;
  camera.hidden = true;
  cameraOn.hidden = false;
}

cameraOn.addEventListener("click", watch);
cameraOff.addEventListener("click", () => {
  stop();
  cameraOn.focus();
});
document.getElementById("file").addEventListener("change", async (event) => {
  const sources = [];
  for (const file of event.target.files) sources.push(await textsOf(file));
  await tell(...sources);
  event.target.value = "";
});
document.getElementById("pasted").addEventListener("submit", (event) => {
  event.preventDefault();
  tell([document.getElementById("text").value]);
});

document.getElementById("needs-script").remove();
check.hidden = false;
