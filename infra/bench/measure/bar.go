package measure

import (
	"fmt"
	"os"
	"strconv"
)

// Verdict says whether a bar is met.
func Verdict(met bool) string {
	if met {
		return "met"
	}
	return "**not met**"
}

// Number is a size of the environment, or the default.
func Number(name string, otherwise int) (int, error) {
	text := os.Getenv(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is a number above 0, not %q", name, text)
	}
	return n, nil
}
