import type { Command } from 'commander';
import { UsageError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';

/** `wrought completion bash|zsh` prints a script for the shell to source. */
export function addCompletionCommands(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .description('print a completion script; use it with: source <(wrought completion bash)')
    .argument('<shell>', 'bash or zsh')
    .action((shell: string) => {
      if (shell !== 'bash' && shell !== 'zsh') throw new UsageError(`completion knows bash and zsh, found "${shell}"`);
      terminal.out(`${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}${bashScript(program)}`);
    });
}

/** Words that may follow, by the words typed so far: `node` gives the node commands, `node list` its options. */
export function completionWords(program: Command): Map<string, string[]> {
  const words = new Map<string, string[]>();
  const visit = (command: Command, path: string): void => {
    const options = command.options.flatMap((option) => (option.long === null || option.long === undefined ? [] : [option.long]));
    words.set(path, [...command.commands.map((each) => each.name()), ...options, '--help']);
    for (const each of command.commands) visit(each, path === '' ? each.name() : `${path} ${each.name()}`);
  };
  visit(program, '');
  return words;
}

function bashScript(program: Command): string {
  const cases = [...completionWords(program)].map(([path, words]) => `    '${path}') words='${words.join(' ')}' ;;`);
  return `_wrought() {
  local path='' word words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == -* || $i -gt 2 ]] && break
    path="\${path:+$path }$word"
  done
  case $path in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _wrought wrought
`;
}
