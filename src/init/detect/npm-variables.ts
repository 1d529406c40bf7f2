import type { PackageJson } from './package-json.js'

/**
 * A script's line with what npm sets from package.json for it (docs.npmjs.com, scripts: package.json
 * vars): `node $npm_package_main`.
 */
export function withNpmVariables(line: string, { name, main, config = {} }: PackageJson): string {
  const known: Record<string, string | undefined> = {
    name,
    main,
    ...Object.fromEntries(Object.entries(config).map(([key, value]) => [`config_${key}`, value])),
  }
  return line.replace(
    /\$(?:npm_package_(\w+)|\{npm_package_(\w+)\})/g,
    (whole, plain?: string, braced?: string) => {
      const value = known[plain ?? braced ?? '']
      return value !== undefined && /^[\w./@:-]+$/.test(value) ? value : whole
    },
  )
}
