// Does what a reader of the README does: opens a notebook in JupyterLab, changes one line of the parameters, and runs all cells.
// Reports, as JSON on standard output, what the outputs say, which of them are errors, and what was asked from outside.
//   node lab.mjs ADDRESS OLD_LINE_START NEW_LINE
import { chromium } from "playwright-core";

const [address, before, after] = process.argv.slice(2);
const patience = 90_000;
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
page.setDefaultTimeout(patience);
const outside = [];
page.on("request", (request) => {
  const { protocol, hostname } = new URL(request.url());
  if (["http:", "https:"].includes(protocol) && hostname !== "127.0.0.1") outside.push(request.url());
});

await page.goto(address);
const line = page.locator(".jp-CodeCell .cm-line", { hasText: before }).first();
await line.click();
await page.keyboard.press("Home");
await page.keyboard.press("Shift+End");
await page.keyboard.insertText(after);
const changed = await page.locator(".jp-CodeCell .cm-line", { hasText: after }).count();
await page.locator(".lm-MenuBar-item", { hasText: /^Run$/ }).click();
await page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click();
// A cell that waits shows a star, one that ran its number; after an error the rest does not run.
await page.waitForFunction(() => {
  const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map((prompt) => prompt.textContent.trim());
  if (document.querySelector('[data-mime-type="application/vnd.jupyter.error"]')) return true;
  return prompts.length > 3 && prompts.every((prompt) => /^\[\d+\]:$/.test(prompt));
}, undefined, { timeout: patience }).catch(() => {});
const found = await page.evaluate(() => ({
  texts: [...document.querySelectorAll(".jp-OutputArea-output")].map((output) => output.innerText),
  errors: [...document.querySelectorAll('[data-mime-type="application/vnd.jupyter.error"], [data-mime-type$="stderr"]')]
    .map((output) => output.innerText),
  prompts: [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map((prompt) => prompt.textContent.trim()),
  images: document.querySelectorAll(".jp-OutputArea-output img, .jp-OutputArea-output svg").length,
  claims: document.querySelectorAll(".jp-OutputArea-output li[data-claim]").length,
}));
await browser.close();
process.stdout.write(JSON.stringify({ ...found, changed, outside }));
