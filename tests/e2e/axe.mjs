// Opens every page of a folder in Chromium and reports, as JSON on standard output, what axe-core finds, what the page asks
// from outside its own files, what it writes to the console, and whether it scrolls sideways.
//   node axe.mjs SITE [SCREENSHOTS]
import { readdirSync, readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [site, screenshots] = process.argv.slice(2);
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const views = [
  { name: "1280-light", width: 1280, colorScheme: "light", media: "screen" },
  { name: "1280-dark", width: 1280, colorScheme: "dark", media: "screen" },
  { name: "768-light", width: 768, colorScheme: "light", media: "screen" },
  { name: "320-light", width: 320, colorScheme: "light", media: "screen" },
  { name: "320-dark", width: 320, colorScheme: "dark", media: "screen" },
  { name: "print", width: 794, colorScheme: "light", media: "print" },
];
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

const wanted = process.env.LWO_PAGES?.split(",");
const pages = readdirSync(site, { recursive: true })
  .filter((name) => name.endsWith(".html") && (!wanted || wanted.includes(name))).sort();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
const results = (await Promise.all(views.map(visitView))).flat();
await browser.close();
process.stdout.write(JSON.stringify(results));

async function visitView(view) {
  // The policy of the page forbids scripts; it is lifted for axe only. A second visit, under the policy, listens for requests.
  const open = await browser.newContext({ viewport: { width: view.width, height: 900 }, colorScheme: view.colorScheme, bypassCSP: true });
  const sealed = await browser.newContext({ viewport: { width: view.width, height: 900 }, colorScheme: view.colorScheme });
  const found = [];
  for (const name of pages) {
    found.push({ page: name, view: view.name, ...(await visit(sealed, name, view)), violations: await audit(open, name, view) });
  }
  await open.close();
  await sealed.close();
  return found;
}

async function visit(context, name, view) {
  const tab = await context.newPage();
  const requests = [];
  const messages = [];
  tab.on("request", (request) => { if (!/^(file|data):/.test(request.url())) requests.push(request.url()); });
  tab.on("console", (message) => { if (["error", "warning"].includes(message.type())) messages.push(message.text()); });
  tab.on("pageerror", (error) => messages.push(String(error)));
  await load(tab, name, view);
  const layout = await tab.evaluate(() => ({
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
  const { pictures, ...rest } = layout;
  const small = rest.small + pictures.filter((picture) => smallestText(picture) < 11).length;
  // Colours and the widths between do not change what Tab reaches.
  const order = ["1280-light", "320-light"].includes(view.name) ? await keyboard(tab) : [];
  if (screenshots) await shoot(tab, name, view);
  await tab.close();
  return { requests, messages, ...rest, small, order };
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
    document.activeElement?.blur();
    window.reached = [];
    document.addEventListener("focusin", ({ target }) => window.reached.push(Number(target.dataset.place ?? -1)));
    return all.length;
  });
  for (let step = 0; step < total; step += 1) await tab.keyboard.press("Tab");
  const reached = await tab.evaluate(() => window.reached);
  const places = Array.from({ length: total }, (_, step) => reached[step] ?? -1);
  return places.flatMap((place, step) => (place === step ? [] : [`step ${step} reached ${place}`])).slice(0, 3);
}

async function audit(context, name, view) {
  const tab = await context.newPage();
  await load(tab, name, view);
  // What is folded is content too.
  await tab.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
  await tab.evaluate(axeSource);
  const found = await tab.evaluate((values) => window.axe.run(document, { runOnly: { type: "tag", values } }), tags);
  await tab.close();
  return found.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html.slice(0, 200)) }));
}

async function load(tab, name, view) {
  await tab.emulateMedia({ media: view.media, colorScheme: view.colorScheme });
  await tab.goto(pathToFileURL(join(site, name)).href, { waitUntil: "load" });
}

async function shoot(tab, name, view) {
  mkdirSync(screenshots, { recursive: true });
  const stem = relative(".", name).replaceAll(/[\\/]/g, "-").replace(/\.html$/, "");
  await tab.screenshot({ path: join(screenshots, `${stem}-${view.name}.png`), fullPage: true });
}
