// Checks a vaccination card (SMART Health Card) in the page. Of a card nothing leaves the device: the only requests are
// for our own public keys, the list of withdrawn cards of one key, and the reader of QR codes where the browser has none.
// Words stand in the page's templates; this fills in names, dates and codes, always as text.

const MOST_UNPACKED = 1 << 20;
const LARGEST_SIDE = 2400; // pixels
const SCALES = [1, 2, 1.5, 3, 0.5]; // small codes are read when enlarged, those of coarse photographs when reduced
const SCALES_OF_CAMERA = [1, 0.5]; // there is always another picture
const LOOK_EVERY = 200; // milliseconds
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const SCANNED = /^shc:\/(?:(\d{1,2})\/(\d{1,2})\/)?((?:\d\d)+)$/;

const check = document.getElementById("check");
const answer = document.getElementById("answer");
const settings = check.dataset;

class Unreadable extends Error {}
class Unreachable extends Error {}

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
  throw new Unreadable();
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
    throw new Unreadable();
  }
}

// --- from the signed text to a verdict -------------------------------------------------------------------------------

/** What is to be said of a signed text: a verdict, with its claims where they may be believed. */
async function verdictOf(text) {
  if (!COMPACT.test(text)) throw new Unreadable();
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
    if (size > MOST_UNPACKED) throw new Unreadable();
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
  throw new Unreachable();
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
  answer.replaceChildren(...shown);
  document.getElementById("verdict").focus();
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

/** Check one text and show what comes of it; whether more of it is needed first. */
async function tell(text) {
  try {
    const texts = signedTexts(text);
    if (texts === null) {
      show(fill(copyOf("verdict-part"), { parts: `${[...parts.keys()].sort((a, b) => a - b).join(", ")} / ${partCount}` }));
      return false;
    }
    parts = new Map();
    partCount = 0;
    const verdicts = [];
    for (const each of texts) verdicts.push(drawn(await verdictOf(each)));
    show(...verdicts);
  } catch (error) {
    show(copyOf(error instanceof Unreachable ? "verdict-unchecked" : "verdict-unreadable"));
  }
  return true;
}

// --- ways in: camera, file, pasted text ------------------------------------------------------------------------------

/** The text of the QR code in a picture; null where none can be read. */
async function codeIn(picture, width, height, scales) {
  if ("BarcodeDetector" in window) {
    const formats = await BarcodeDetector.getSupportedFormats();
    if (formats.includes("qr_code")) {
      const found = await new BarcodeDetector({ formats: ["qr_code"] }).detect(picture);
      return found[0]?.rawValue ?? null;
    }
  }
  if (!window.jsQR) await import(settings.reader);
  const fitting = Math.min(1, LARGEST_SIDE / Math.max(width, height));
  for (const scale of scales.map((each) => each * fitting)) {
    if (scale > 1 && Math.max(width, height) * scale > LARGEST_SIDE) continue;
    const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
    const drawing = canvas.getContext("2d", { willReadFrequently: true });
    drawing.fillStyle = "#fff";
    drawing.fillRect(0, 0, canvas.width, canvas.height);
    drawing.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const seen = drawing.getImageData(0, 0, canvas.width, canvas.height);
    const found = window.jsQR(seen.data, seen.width, seen.height);
    if (found) return found.data;
  }
  return null;
}

async function textOf(file) {
  if (!file.type.startsWith("image/")) return file.text();
  try {
    const picture = await createImageBitmap(file);
    return (await codeIn(picture, picture.width, picture.height, SCALES)) ?? "";
  } catch {
    return "";
  }
}

const camera = document.getElementById("camera");
const picture = document.getElementById("picture");
const cameraOn = document.getElementById("camera-on");

async function watch() {
  try {
    picture.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    show(copyOf("verdict-no-camera"));
    return;
  }
  camera.hidden = false;
  cameraOn.hidden = true;
  await picture.play();
  let before = "";
  while (picture.srcObject) {
    const { videoWidth: width, videoHeight: height } = picture;
    const text = width ? await codeIn(picture, width, height, SCALES_OF_CAMERA) : null;
    if (text && text !== before && picture.srcObject) {
      before = text;
      if (await tell(text)) stop();
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
document.getElementById("camera-off").addEventListener("click", stop);
document.getElementById("file").addEventListener("change", async (event) => {
  for (const file of event.target.files) await tell(await textOf(file));
  event.target.value = "";
});
document.getElementById("pasted").addEventListener("submit", (event) => {
  event.preventDefault();
  tell(document.getElementById("text").value);
});

document.getElementById("needs-script").remove();
check.hidden = false;
