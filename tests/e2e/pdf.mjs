// Prints pages as tagged PDF with an outline, as a reader does from the browser: node pdf.mjs SITE FOLDER PAGE...
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [site, folder, ...pages] = process.argv.slice(2);
const flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
const tab = await browser.newPage();
for (const page of pages) {
  await tab.goto(pathToFileURL(join(site, page)).href, { waitUntil: "load" });
  await tab.pdf({ path: join(folder, page.replaceAll("/", "-").replace(/html$/, "pdf")), format: "A4", tagged: true, outline: true });
}
await browser.close();
