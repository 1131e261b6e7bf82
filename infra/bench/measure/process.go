package measure

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the kernel's unit of process times, USER_HZ, which is 100 everywhere.
const tick = 10 * time.Millisecond

// ProcessTimes adds up the CPU time of the processes that have a name, by name. name is given a process and its parent; empty is none.
func ProcessTimes(name func(pid, parent int) string) (map[string]time.Duration, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	times := map[string]time.Duration{}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // the process has ended
		}
		pid, parent, used, err := parseStat(string(text))
		if err != nil {
			return nil, err
		}
		if name := name(pid, parent); name != "" {
			times[name] += used
		}
	}
	return times, nil
}

// parseStat reads a line of /proc/<pid>/stat: the second field is the command in parentheses, which may hold anything.
func parseStat(line string) (pid, parent int, used time.Duration, err error) {
	number, _, _ := strings.Cut(line, " ")
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(fields) < 13 {
		return 0, 0, 0, fmt.Errorf("a process's times cannot be read from %q", line)
	}
	pid, pidErr := strconv.Atoi(number)
	parent, parentErr := strconv.Atoi(fields[1])
	err = errors.Join(pidErr, parentErr)
	for _, field := range fields[11:13] {
		ticks, broken := strconv.Atoi(field)
		if broken != nil {
			err = broken
		}
		used += time.Duration(ticks) * tick
	}
	return pid, parent, used, err
}
