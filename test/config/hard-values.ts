/** Values of config vars that a file, a shell or a reader of either could take for something else. */
export const HARD = [
  ...['', 'plain', 'two words', '#', 'a#b', "it's", 'say "hi"', '`', '\\n', 'C:\\new', '*', '~'],
  ...[' leading and trailing ', 'a\nb\n', '$HOME ${X}', '{"a":"b\'c"}', 'ü€😀', 'a=b', 'a:~'],
  ...["'quoted'", '"quoted"', "it's $x", "a'b\nc", 'x\'"y', '!a', "it's!", 'a\tb', "'", '"\n\''],
  ...['$(exit 1)', '`exit 1`', '-----BEGIN KEY-----\nabc+/=\n-----END KEY-----\n'],
]
