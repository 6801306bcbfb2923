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
  { name: "320-light", width: 320, colorScheme: "light", media: "screen" },
  { name: "320-dark", width: 320, colorScheme: "dark", media: "screen" },
  { name: "print", width: 794, colorScheme: "light", media: "print" },
];
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

const pages = readdirSync(site, { recursive: true }).filter((name) => name.endsWith(".html")).sort();
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
    scripts: document.scripts.length,
  }));
  if (screenshots) await shoot(tab, name, view);
  await tab.close();
  return { requests, messages, ...layout };
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
