/**
 * Of its starter's environment the daemon keeps what finding programs, folders, the language,
 * proxies and registries takes, and its own settings. Nothing else: every dyno runs as the same
 * user, and could read a token there (/proc/PID/environ).
 */
const KEPT = new RegExp(
  `^(?:${[
    'PATH',
    'HOME',
    'USER',
    'LOGNAME',
    'SHELL',
    'TMPDIR',
    'TMP',
    'TEMP',
    'TZ',
    'LANG',
    'LANGUAGE',
    String.raw`LC_\w+`,
    String.raw`XDG_\w+`,
    'LD_LIBRARY_PATH',
    'DYLD_LIBRARY_PATH',
    'https?_proxy',
    'no_proxy',
    'all_proxy',
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
    'NODE_OPTIONS',
    'NODE_V8_COVERAGE',
    'NODE_COMPILE_CACHE',
    'COREPACK_HOME',
    'COREPACK_NPM_REGISTRY',
    'npm_config_(?:registry|cache|userconfig|cafile|ca|proxy|https_proxy|noproxy|strict_ssl)',
    String.raw`npm_config_(?:nodedir|maxsockets|fetch_\w+|@[^:]+:registry)`,
    String.raw`SHIPIT_LOCAL_\w+`,
    'DEBUG',
    'SystemRoot',
    'SystemDrive',
    'windir',
    'ComSpec',
    'PATHEXT',
    'USERPROFILE',
    'HOMEDRIVE',
    'HOMEPATH',
    'APPDATA',
    'LOCALAPPDATA',
    String.raw`ProgramFiles(?:\(x86\))?`,
    'ProgramData',
  ].join('|')})$`,
  'i',
)

/** @param env the starter's environment @param home the state folder */
export function daemonEnvironment(env: NodeJS.ProcessEnv, home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => KEPT.test(name))
  return { ...Object.fromEntries(kept), SHIPIT_HOME: home }
}
