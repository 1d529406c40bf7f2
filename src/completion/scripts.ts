/** What a shell runs once to complete `shipit`: it asks `shipit complete` at each Tab. */

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof SHELLS)[number]

/** Also for bash 3.2, which macOS has: no mapfile, no compopt. */
const bash = (bin: string) => `_${bin}() {
  local line kind=''
  COMPREPLY=()
  while IFS= read -r line; do
    if [ -z "$kind" ]; then kind=$line; else COMPREPLY+=("$line"); fi
  done < <(command ${bin} complete --shell bash --line "$COMP_LINE" --point "$COMP_POINT" --breaks "$COMP_WORDBREAKS")
  if type compopt >/dev/null 2>&1; then
    if [ "$kind" = files ]; then compopt -o default; fi
    case "\${COMPREPLY[0]-}" in *[=:]) compopt -o nospace ;; esac
  fi
}
complete -F _${bin} ${bin}
`

const zsh = (bin: string) => `#compdef ${bin}
_${bin}() {
  local kind line tab=$'\\t'
  local -a lines whole open
  lines=("\${(@f)$(command ${bin} complete --shell zsh -- "\${(@)words[2,CURRENT]}")}")
  kind=\${lines[1]}
  for line in "\${(@)lines[2,-1]}"; do
    [[ -z $line ]] && continue
    local value=\${\${line%%$tab*}//:/\\\\:} about=''
    [[ $line == *$tab* ]] && about=":\${line#*$tab}"
    if [[ \${line%%$tab*} == *[=:] ]]; then open+=("$value$about"); else whole+=("$value$about"); fi
  done
  if [[ $kind == files ]]; then _files; return; fi
  _describe -t values ${bin} whole -- open -S ''
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _${bin} ${bin}
`

const fish = (bin: string) => `function __${bin}_complete
  set --local words (commandline -opc)
  set --local current (commandline -ct)
  set --local lines (command ${bin} complete --shell fish -- $words[2..-1] "$current")
  if test "$lines[1]" = files
    __fish_complete_path "$current"
  else if test (count $lines) -gt 1
    printf '%s\\n' $lines[2..-1]
  end
end
complete --command ${bin} --no-files --arguments '(__${bin}_complete)'
`

const powershell = (
  bin: string,
) => `Register-ArgumentCompleter -Native -CommandName ${bin} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $line = $commandAst.ToString().PadRight($cursorPosition - $commandAst.Extent.StartOffset)
  $point = [System.Text.Encoding]::UTF8.GetByteCount($line.Substring(0, $cursorPosition - $commandAst.Extent.StartOffset))
  & ${bin} complete --shell powershell --line $line --point $point | Select-Object -Skip 1 | ForEach-Object {
    $value, $about = $_ -split "\`t", 2
    if (-not $about) { $about = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
  }
}
`

const SCRIPTS: Record<Shell, (bin: string) => string> = { bash, zsh, fish, powershell }

export const scriptFor = (shell: Shell, bin: string): string => SCRIPTS[shell](bin)

/** The shell that a user works in, by SHELL; PowerShell on Windows. Undefined for another one. */
export function shellOf(env: NodeJS.ProcessEnv, platform = process.platform): Shell | undefined {
  if (platform === 'win32') return 'powershell'
  const name = env.SHELL?.split('/').at(-1) ?? ''
  return SHELLS.find((shell) => shell === (name === 'pwsh' ? 'powershell' : name))
}

/** What to do once, line by line. */
export function setUpOf(shell: Shell, bin: string): { line: string; file: string } {
  const script = `${bin} autocomplete script ${shell}`
  const SET_UP: Record<Shell, { line: string; file: string }> = {
    bash: { line: `eval "$(${script})"`, file: '~/.bashrc' },
    zsh: { line: `eval "$(${script})"`, file: '~/.zshrc' },
    fish: { line: `${script} | source`, file: '~/.config/fish/config.fish' },
    powershell: { line: `${script} | Out-String | Invoke-Expression`, file: '$PROFILE' },
  }
  return SET_UP[shell]
}
