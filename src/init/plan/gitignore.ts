/** What should not be in a commit of a Node app. */
export const USUAL_ENTRIES = ['node_modules/', '.env', '*.log']

/**
 * .gitignore with the missing entries, and with an exception for the vendored runtime where git
 * would leave it out.
 * A whole folder that is ignored cannot be looked into, so the folder is let in first
 * (gitignore(5)).
 */
export function withEntries(text: string, missing: string[], letTarballIn: boolean): string {
  const lines = [...missing, ...(letTarballIn ? exception(text) : [])]
  if (lines.length === 0) return text
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const start = text === '' || text.endsWith('\n') ? text : text + eol
  return start + lines.join(eol) + eol
}

function exception(text: string): string[] {
  const only = '!/vendor/shipit-runtime-*.tgz'
  const ignoresAllTarballs =
    /^\/?(\*\*\/)?\*\.(tgz|t\*|\*)\s*$/m.test(text) && !/^\/?(\*\*\/)?vendor\b/m.test(text)
  return ignoresAllTarballs ? [only] : ['!/vendor/', '/vendor/*', only]
}
