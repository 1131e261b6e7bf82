package all_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
)

func TestChannels_EveryDefinition_HasAnAdapter(t *testing.T) {
	t.Parallel()
	channels := all.Offline()
	if len(channels.Types()) != len(all.Definitions()) {
		t.Errorf("the types are %v", channels.Types())
	}
	for _, definition := range all.Definitions() {
		adapter, ok := channels.Of(definition.Type)
		if !ok || adapter.Type() != definition.Type {
			t.Errorf("%s has no adapter of its type", definition.Type)
		}
		if able, ok := channels.Capabilities(definition.Type); !ok || able.MaxText == 0 || channels.Window(definition.Type) != able.Window {
			t.Errorf("%s: %+v", definition.Type, able)
		}
	}
}

func TestChannels_UnknownType_NotFound(t *testing.T) {
	t.Parallel()
	channels := all.Offline()
	if _, ok := channels.Of("pigeon"); ok {
		t.Error("an unknown type has an adapter")
	}
	if _, ok := channels.Capabilities("pigeon"); ok {
		t.Error("an unknown type has capabilities")
	}
	if channels.Window("pigeon") != 0 {
		t.Error("an unknown type has a window")
	}
}

func TestDefinitions_NamesOfTheDeployment_AreUnique(t *testing.T) {
	t.Parallel()
	var names []string
	for _, definition := range all.Definitions() {
		for _, s := range definition.Settings {
			names = append(names, s.Env)
			if s.Default == "" {
				t.Errorf("%s has no default", s.Env)
			}
		}
		for _, s := range definition.Secrets {
			names = append(names, s.Env, s.Name)
			if !strings.HasSuffix(s.Env, "_NAME") || s.Local == "" {
				t.Errorf("a secret's variable names a parameter, and the local stack has a value: %+v", s)
			}
		}
	}
	slices.Sort(names)
	if unique := slices.Compact(slices.Clone(names)); len(unique) != len(names) {
		t.Errorf("a name is used twice: %v", names)
	}
}

func TestSecretsOf_OnlyTheTypesOwn(t *testing.T) {
	t.Parallel()
	list := func(parameter string) ([]string, error) { return []string{parameter}, nil }
	for _, definition := range all.Definitions() {
		for _, s := range definition.Secrets {
			parameters := map[string]string{s.Env: "/stage/" + s.Name}
			if got, err := all.SecretsOf(definition.Type, parameters, list)(s.Name); err != nil || !slices.Equal(got, []string{"/stage/" + s.Name}) {
				t.Errorf("%s: %v, %v", s.Name, got, err)
			}
			if _, err := all.SecretsOf(chat.ChannelType("pigeon"), parameters, list)(s.Name); err == nil {
				t.Errorf("another channel reads %s", s.Name)
			}
		}
	}
}
