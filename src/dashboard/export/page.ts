import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { packageRoot } from '../../paths.js'
import type { SnapshotDocument } from '../wire.js'

const PAGE_FOLDER = path.join(packageRoot, 'dist/dashboard')

/**
 * The dashboard's page as one file of HTML, with what it tells in it. It asks no one for anything,
 * and lets only its own script and style run.
 */
export async function pageOf(
  snapshot: SnapshotDocument,
  folder: string = PAGE_FOLDER,
): Promise<string> {
  const read = (file: string) => readFile(path.join(folder, file), 'utf8')
  const [script, style, icon] = await Promise.all(['page.js', 'page.css', 'icon.svg'].map(read))
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script!)}`,
    `style-src ${hashOf(style!)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>shipit dashboard</title>
<link rel="icon" href="data:image/svg+xml;base64,${Buffer.from(icon!).toString('base64')}">
<style>${inline(style!, 'style')}</style>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript: it draws the figures that are in it.</noscript>
<script type="application/json" id="snapshot">${dataOf(snapshot)}</script>
<script>${inline(script!, 'script')}</script>
</body>
</html>
`
}

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** No text of an app can end the element that it stands in, or begin one. */
const dataOf = (snapshot: SnapshotDocument): string =>
  JSON.stringify(snapshot).replaceAll('<', '\\u003c')

/** @throws Error if the built page has what would end its own element */
function inline(text: string, element: 'script' | 'style'): string {
  if (new RegExp(`</${element}|<!--|\\r`, 'i').test(text))
    throw new Error(`The built page has a </${element}, a comment or a CR in its ${element}.`)
  return text
}
