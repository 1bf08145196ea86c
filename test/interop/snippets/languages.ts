import { execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(homedir(), '.cache', 'doorward-interop', 'snippets');

/** A language of docs/assertion.md: how its snippet becomes a program that answers a line for each assertion. */
export interface Language {
  /** As the fence of the snippet names it. */
  readonly fence: string;
  /** Commands it needs on the machine. */
  readonly needs: readonly string[];
  /** Fetches the libraries, builds, and gives the command that runs it. */
  build(snippet: string, folder: string): Promise<readonly string[]>;
}

export const languages: Readonly<Record<string, Language>> = {
  Python: {
    fence: 'python',
    needs: ['python3'],
    async build(snippet, folder) {
      const libraries = join(cache, 'python');
      await run('python3', [
        '-m',
        'pip',
        'install',
        '-q',
        '--target',
        libraries,
        '--upgrade',
        'pyjwt[crypto]==2.10.1',
      ]);
      const file = join(folder, 'who_is.py');
      writeFileSync(
        file,
        `import sys\nsys.path.insert(0, ${JSON.stringify(libraries)})\n${snippet}
for line in sys.stdin:
    try:
        print("yes", who_is(line.rstrip("\\n"))["sub"], flush=True)
    except Exception as error:
        print("no", type(error).__name__, flush=True)
`,
      );
      return ['python3', file];
    },
  },
  Go: {
    fence: 'go',
    needs: ['go'],
    async build(snippet, folder) {
      mkdirSync(join(folder, 'whois'));
      writeFileSync(join(folder, 'whois', 'whois.go'), snippet);
      writeFileSync(
        join(folder, 'main.go'),
        `package main

import (
	"bufio"
	"fmt"
	"os"

	"example.com/snippet/whois"
)

func main() {
	keys, err := whois.Keys()
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if person, err := whois.WhoIs(lines.Text(), keys); err != nil {
			fmt.Printf("no %q\\n", err.Error())
		} else {
			fmt.Println("yes", person.Subject)
		}
	}
}
`,
      );
      const inFolder = { cwd: folder, env: { ...process.env, GOFLAGS: '-mod=mod' } };
      await run('go', ['mod', 'init', 'example.com/snippet'], inFolder);
      await run(
        'go',
        ['get', 'github.com/golang-jwt/jwt/v5@v5.2.2', 'github.com/MicahParks/keyfunc/v3@v3.3.10'],
        inFolder,
      );
      await run('go', ['build', '-o', 'snippet', '.'], inFolder);
      return [join(folder, 'snippet')];
    },
  },
  Java: {
    fence: 'java',
    needs: ['mvn', 'javac', 'java'],
    async build(snippet, folder) {
      const artifact = 'com.nimbusds:nimbus-jose-jwt:10.3';
      await run('mvn', [
        '-q',
        '-B',
        'dependency:copy',
        `-Dartifact=${artifact}`,
        `-DoutputDirectory=${folder}`,
      ]);
      writeFileSync(join(folder, 'WhoIs.java'), snippet);
      writeFileSync(
        join(folder, 'Main.java'),
        `import java.io.BufferedReader;
import java.io.InputStreamReader;

public final class Main {
    public static void main(String[] args) throws Exception {
        var whoIs = new WhoIs();
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            try {
                System.out.println("yes " + whoIs.whoIs(line).getSubject());
            } catch (Exception error) {
                System.out.println("no " + error.getClass().getSimpleName());
            }
        }
    }
}
`,
      );
      const path = `${join(folder, 'nimbus-jose-jwt-10.3.jar')}:${folder}`;
      await run('javac', ['-cp', path, '-d', folder, join(folder, 'WhoIs.java'), join(folder, 'Main.java')]);
      return ['java', '-cp', path, 'Main'];
    },
  },
};

/** Is everything that a language needs on this machine? */
export async function isHere({ needs }: Language): Promise<boolean> {
  const found = await Promise.all(
    needs.map((command) =>
      run('sh', ['-c', `command -v ${command}`]).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.every(Boolean);
}

/** Gives a program one line for each assertion, and gives its answers in that order. */
export async function answers(
  [command = '', ...args]: readonly string[],
  assertions: readonly string[],
): Promise<string[]> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.end(assertions.map((assertion) => `${assertion}\n`).join(''));
  await new Promise((resolve) => child.on('close', resolve));
  return said.trim().split('\n');
}
