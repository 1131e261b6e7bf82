package wire

import "github.com/recado-chat/recado/shared/chat"

// Store is one shop or brand of an account.
type Store struct {
	// ID is the store's id.
	ID string `json:"id"`
	// Name is the name of the shop or brand.
	Name string `json:"name"`
	// Version is the version to send with the next change.
	Version int64 `json:"version"`
}

// NewStore adds a store.
type NewStore struct {
	// Name is the name of the shop or brand.
	Name string `json:"name" jsonschema:"minLength=1,maxLength=120"`
}

// Settings are the account's settings.
type Settings struct {
	// TimeZone is an IANA time zone name.
	TimeZone string `json:"timeZone"`
	// Language is the account's default language.
	Language chat.Language `json:"language"`
	// Closing says when conversations close on their own.
	Closing Closing `json:"closing"`
	// Distribution says how new conversations are assigned.
	Distribution Distribution `json:"distribution"`
	// Version is the version to send with the next change.
	Version int64 `json:"version"`
}

// Closing says when assigned conversations close on their own.
type Closing struct {
	// IdleMinutes is how many minutes after its last message a conversation closes; null = never.
	IdleMinutes *int `json:"idleMinutes" jsonschema:"minimum=1,maximum=129600"`
}

// SettingsChange changes the settings; fields that are left out stay as they are.
type SettingsChange struct {
	// TimeZone is an IANA time zone name.
	TimeZone *string `json:"timeZone,omitempty"`
	// Language is the account's default language.
	Language *chat.Language `json:"language,omitempty"`
	// Closing says when conversations close on their own.
	Closing *ClosingChange `json:"closing,omitempty"`
	// Version is the version that was read; another one answers conflict with reason version_changed.
	Version int64 `json:"version"`
}

// ClosingChange sets when assigned conversations close on their own.
type ClosingChange struct {
	// IdleMinutes is a number of minutes, at most 90 days; null = never.
	IdleMinutes Nullable[int] `json:"idleMinutes" jsonschema:"minimum=1,maximum=129600"`
}

// Distribution says how new conversations are assigned.
type Distribution struct {
	// Mode is how an operator is chosen.
	Mode chat.DistributionMode `json:"mode"`
	// ManagerID is the operator who gets every conversation in mode manager; null in the other modes.
	ManagerID *string `json:"managerId"`
}

// DistributionChange sets how new conversations are assigned.
type DistributionChange struct {
	// Mode is how an operator is to be chosen.
	Mode chat.DistributionMode `json:"mode"`
	// ManagerID is an active operator; needed in mode manager, ignored in the others.
	ManagerID *string `json:"managerId,omitempty" nullable:"true"`
}
