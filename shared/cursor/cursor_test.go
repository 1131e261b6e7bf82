package cursor_test

import (
	"encoding/base64"
	"slices"
	"testing"

	"github.com/recado-chat/recado/shared/cursor"
	"github.com/recado-chat/recado/shared/fault"
)

func TestVerify_OwnQueryAndAccountOnly(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), cursor.New(cursor.Static("key"))
	text, err := s.Sign(ctx, "list", "ACC", "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	last, err := s.Verify(ctx, text, "list", "ACC", 2)
	if err != nil || !slices.Equal(last, []string{"a", "b"}) {
		t.Fatalf("got %q, %v", last, err)
	}
	if last, err := s.Verify(ctx, "", "list", "ACC", 2); last != nil || err != nil {
		t.Errorf("an empty cursor gives %q, %v", last, err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)-4] ^= 1
	wrong := map[string]func() ([]string, error){
		"another query":   func() ([]string, error) { return s.Verify(ctx, text, "other", "ACC", 2) },
		"another account": func() ([]string, error) { return s.Verify(ctx, text, "list", "ACC2", 2) },
		"another length":  func() ([]string, error) { return s.Verify(ctx, text, "list", "ACC", 1) },
		"another key": func() ([]string, error) {
			return cursor.New(cursor.Static("other")).Verify(ctx, text, "list", "ACC", 2)
		},
		"altered": func() ([]string, error) {
			return s.Verify(ctx, base64.RawURLEncoding.EncodeToString(raw), "list", "ACC", 2)
		},
		"short":     func() ([]string, error) { return s.Verify(ctx, "AAAA", "list", "ACC", 2) },
		"no base64": func() ([]string, error) { return s.Verify(ctx, "?", "list", "ACC", 2) },
	}
	for name, verify := range wrong {
		if last, err := verify(); last != nil || fault.As(err) == nil || fault.As(err).Code != fault.Invalid || fault.As(err).Field != "cursor" {
			t.Errorf("%s: got %q, %v", name, last, err)
		}
	}
}

func TestVerify_RotatedKey(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	text, err := cursor.New(cursor.Static("old")).Sign(ctx, "list", "ACC", "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cursor.New(cursor.Static("new", "old")).Verify(ctx, text, "list", "ACC", 1); err != nil {
		t.Errorf("a cursor signed with the previous key: %v", err)
	}
}

func TestSign_NoKey_Unavailable(t *testing.T) {
	t.Parallel()
	if _, err := cursor.New(cursor.Static()).Sign(t.Context(), "list", "ACC"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}
