// Opens every page of a folder in Chromium and reports, as JSON on standard output, what axe-core finds, what the page asks
// from outside its own files, what it writes to the console, and whether it scrolls sideways.
//   node axe.mjs SITE [SCREENSHOTS]
// A page is loaded once. What can differ from view to view (layout, colours, what is hidden) is measured again in each.
import { readdirSync, readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [site, screenshots] = process.argv.slice(2);
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const everything = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
// The dark views have the layout of the light ones, and at 768 px the same rules of style hold as at 1280: only this can differ.
const colours = { type: "rule", values: ["color-contrast", "link-in-text-block"] };
const places = { type: "rule", values: [...colours.values, "scrollable-region-focusable", "target-size"] };
const views = [
  { name: "1280-light", width: 1280, colorScheme: "light", media: "screen", rules: everything, keyboard: true },
  { name: "1280-dark", width: 1280, colorScheme: "dark", media: "screen", rules: colours },
  { name: "768-light", width: 768, colorScheme: "light", media: "screen", rules: places },
  { name: "320-light", width: 320, colorScheme: "light", media: "screen", rules: everything, keyboard: true },
  { name: "320-dark", width: 320, colorScheme: "dark", media: "screen", rules: colours },
  { name: "print", width: 794, colorScheme: "light", media: "print", rules: everything },
  { name: "print-dark", width: 794, colorScheme: "dark", media: "print", rules: colours },
];
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

const wanted = process.env.LWO_PAGES?.split(",");
const queue = readdirSync(site, { recursive: true })
  .filter((name) => name.endsWith(".html") && (!wanted || wanted.includes(name))).sort();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
const results = (await Promise.all(Array.from({ length: availableParallelism() }, walk))).flat();
await browser.close();
process.stdout.write(JSON.stringify(results));

async function walk() {
  // The policy of the page forbids scripts; axe comes in beside it, and the policy still holds for the page itself.
  const context = await browser.newContext();
  await context.addInitScript({ content: axeSource });
  await context.addInitScript(hearFocus);
  const tab = await context.newPage();
  const heard = { requests: [], messages: [] };
  tab.on("request", (request) => { if (!/^(file|data):/.test(request.url())) heard.requests.push(request.url()); });
  tab.on("console", (message) => { if (["error", "warning"].includes(message.type())) heard.messages.push(message.text()); });
  tab.on("pageerror", (error) => heard.messages.push(String(error)));
  const found = [];
  for (let name = queue.shift(); name; name = queue.shift()) {
    const seen = await visit(tab, name);
    const { requests, messages } = { requests: heard.requests.splice(0), messages: heard.messages.splice(0) };
    found.push(...seen.map((record) => ({ ...record, requests, messages })));
  }
  await context.close();
  return found;
}

function hearFocus() {
  document.addEventListener("focusin", ({ target }) => window.reached?.push(Number(target.dataset.place ?? -1)));
}

async function visit(tab, name) {
  await show(tab, views[0]);
  await tab.goto(pathToFileURL(join(site, name)).href, { waitUntil: "load" });
  const found = [];
  for (const view of views) {
    await show(tab, view);
    if (screenshots) await shoot(tab, name, view);
    const folded = await measure(tab, view);
    // What is folded is content too.
    await fold(tab, false);
    const open = await measure(tab, view);
    const violations = await audit(tab, view);
    await fold(tab, true);
    found.push({ page: name, view: view.name, violations, ...worst(folded, open), picture: view.media === "print" && await firstPicture(tab) });
  }
  const paper = found.find(({ view }) => view === "print").picture;
  return found.map(({ picture, ...record }) => ({ ...record, paper: Boolean(picture) && picture !== paper }));
}

async function firstPicture(tab) {
  // How the first picture of a page looks: on paper it is the same whatever the colours of the screen were.
  const clip = await tab.evaluate(() => {
    const { x, y, width, height } = document.images[0]?.getBoundingClientRect() ?? { width: 0 };
    return { x: x + scrollX, y: y + scrollY, width, height };
  });
  return clip.width > 0 && (await tab.screenshot({ fullPage: true, clip })).toString("base64");
}

async function show(tab, { media, colorScheme, width }) {
  await tab.emulateMedia({ media, colorScheme });
  if (tab.viewportSize()?.width !== width) await tab.setViewportSize({ width, height: 900 });
  await tab.evaluate(async (patience) => {
    // Another width can bring another picture; the old one stays in place until the new one is there.
    const chosen = (image) => {
      const other = image.closest("picture")?.querySelector("source");
      return new URL(other && matchMedia(other.media).matches ? other.srcset : image.src, document.baseURI).href;
    };
    const start = performance.now();
    const late = () => [...document.images].some((image) => !image.complete || image.currentSrc !== chosen(image));
    while (late() && performance.now() - start < patience) await new Promise((done) => { setTimeout(done, 10); });
  }, 5000);
}

async function fold(tab, folded) {
  await tab.evaluate((open) => document.querySelectorAll("details").forEach((details) => { details.open = open; }), !folded);
}

async function measure(tab, view) {
  const { pictures, ...rest } = await tab.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    unloaded: [...document.images].filter((image) => !image.complete || image.naturalWidth === 0).length,
    // A block of data for programs (JSON-LD) is not a script.
    scripts: [...document.scripts].filter((script) => script.type !== "application/ld+json").length,
    small: [...document.querySelectorAll("svg text")]
      .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getBoundingClientRect().width
        / text.ownerSVGElement.viewBox.baseVal.width)
      .filter((size) => size < 11).length,
    pictures: [...document.images].map((image) => ({ source: image.currentSrc, width: image.getBoundingClientRect().width })),
  }));
  const small = rest.small + pictures.filter((picture) => smallestText(picture) < 11).length;
  // Colours and the widths between do not change what Tab reaches.
  return { ...rest, small, order: view.keyboard ? await keyboard(tab) : [] };
}

function worst(folded, open) {
  const pairs = Object.keys(open).map((key) => [key, key === "order" ? [...folded.order, ...open.order] : Math.max(folded[key], open[key])]);
  return Object.fromEntries(pairs);
}

function smallestText({ source, width }) {
  // Pictures are SVG in the page itself; the size of their text on the screen is that in the drawing, scaled with the picture.
  const svg = decodeURIComponent(source.split("svg+xml,")[1] ?? "");
  const drawn = Number(svg.match(/viewBox=['"]0 0 ([\d.]+)/)?.[1] ?? width);
  const sizes = [...svg.matchAll(/(?:font-size|font):[^;}]*?([\d.]+)px/g)].map((found) => Number(found[1]));
  return Math.min(...sizes, Infinity) * width / drawn;
}

async function keyboard(tab) {
  // What Tab passes over or visits out of reading order, by walking the whole page.
  const total = await tab.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], summary, [tabindex='0']")]
      .filter((element) => element.checkVisibility({ contentVisibilityAuto: true }));
    all.forEach((element, number) => { element.dataset.place = number; });
    // The walk begins where the page does, also after an earlier walk.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    window.reached = [];
    return all.length;
  });
  const session = await tab.context().newCDPSession(tab);
  const key = { key: "Tab", code: "Tab", windowsVirtualKeyCode: 9 };
  await Promise.all(Array.from({ length: total }).flatMap(() => [
    session.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...key }),
    session.send("Input.dispatchKeyEvent", { type: "keyUp", ...key }),
  ]));
  await session.detach();
  const reached = await tab.evaluate(() => window.reached);
  const places = Array.from({ length: total }, (_, step) => reached[step] ?? -1);
  return places.flatMap((place, step) => (place === step ? [] : [`step ${step} reached ${place}`])).slice(0, 3);
}

async function audit(tab, { rules }) {
  const found = await tab.evaluate((runOnly) => window.axe.run(document, { runOnly, resultTypes: ["violations"] }), rules);
  return found.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html.slice(0, 200)) }));
}

async function shoot(tab, name, view) {
  mkdirSync(screenshots, { recursive: true });
  const stem = name.replaceAll(/[\\/]/g, "-").replace(/\.html$/, "");
  await tab.screenshot({ path: join(screenshots, `${stem}-${view.name}.png`), fullPage: true });
}
