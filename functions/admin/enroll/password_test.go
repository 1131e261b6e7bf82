package enroll_test

import (
	"strings"
	"testing"

	"github.com/recado-chat/recado/functions/admin/enroll"
	"github.com/recado-chat/recado/shared/fault"
)

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	own := []string{"ana.ruiz.perez@example.com", "Panadería Flor"}
	for password, good := range map[string]bool{
		"una contraseña larga":                             true,
		"correcta caballo":                                 true,
		"ana.ruiz.perez@example.com y más":                 true,
		"日本語の長いパスワード":                                      true,
		"nueve car":                                        false,
		strings.Repeat("ñ", 128):                           true,
		strings.Repeat("ñ", 129):                           false,
		strings.Repeat(" ", 12):                            false,
		"\t\n \u200b\u200b\u3000\u00a0\u0000\u0007 \u2063": false,
		"1234567890":                                       false,
		"qwertyuiop":                                       false,
		"Password123":                                      false,
		"ana.ruiz.perez@example.com":                       false,
		"Ana Ruiz Pérez":                                   true,
		"anaruizperez":                                     false,
		"panadería flor":                                   false,
	} {
		if err := enroll.CheckPassword(password, own...); (err == nil) != good || err != nil && fault.As(err).Field != "password" {
			t.Errorf("%q: %v", password, err)
		}
	}
}
