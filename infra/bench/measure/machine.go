package measure

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// Machine says what figures are taken on.
func Machine() string {
	return fmt.Sprintf("%d cores (%s), memory %s, kernel %s, %s, node %s, java %s", runtime.NumCPU(),
		field("/proc/cpuinfo", "model name"), field("/proc/meminfo", "MemTotal"),
		output("uname", "-r"), runtime.Version(), output("node", "--version"), output("java", "--version"))
}

// Load is the machine's load average of the last minute.
func Load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	minute, _, _ := strings.Cut(string(b), " ")
	return minute
}

// field is the first value of a name in one of the kernel's lists.
func field(path, name string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return "unknown"
}

// output is the first line that a command prints.
func output(name string, args ...string) string {
	b, err := exec.Command(name, args...).Output()
	if err != nil {
		return "none"
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return string(line)
}
