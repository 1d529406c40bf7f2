"""Runs a program on a pseudo-terminal: on-terminal.py COLUMNS ROWS PROGRAM [ARG...]. Its keys come by stdin, its output goes to stdout; a line
`COLUMNS ROWS` on descriptor 3 changes the size. Ends with the program's status, and when stdin is closed hangs up."""
import fcntl, os, pty, select, signal, struct, sys, termios

columns, rows = int(sys.argv[1]), int(sys.argv[2])


def resize(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))


pid, terminal = pty.fork()
if pid == 0:
    resize(0, columns, rows)
    os.closerange(3, 20)
    os.execvp(sys.argv[3], sys.argv[3:])

# The program's own number, for the one that measures it.
os.write(3, b'%d\n' % pid)
sources = [0, 3, terminal]
while True:
    ready, _, _ = select.select(sources, [], [])
    try:
        for fd in ready:
            data = os.read(fd, 65536)
            if fd == terminal:
                if not data:
                    raise OSError
                while data:
                    data = data[os.write(1, data):]
            elif not data:
                sources.remove(fd)
                if fd == 0:
                    os.kill(pid, signal.SIGHUP)
            elif fd == 3:
                resize(terminal, *map(int, data.decode().splitlines()[-1].split()))
            else:
                os.write(terminal, data)
    except OSError:
        # Linux says so when the last program on the terminal has ended.
        break

_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) & 255)
