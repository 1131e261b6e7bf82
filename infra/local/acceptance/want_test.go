package acceptance_test

import "fmt"

func wantCount(got, want int) error {
	if got != want {
		return fmt.Errorf("there are %d, want %d", got, want)
	}
	return nil
}

func wantText(got, want string) error {
	if got != want {
		return fmt.Errorf("it is %q, want %q", got, want)
	}
	return nil
}
