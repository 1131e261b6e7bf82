package present

import (
	"encoding/json"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// Store builds a store.
func Store(s chat.Store) wire.Store {
	return wire.Store{ID: string(s.ID), Name: s.Name, Version: s.Version}
}

// Channel builds a channel, without its credentials.
func Channel(c chat.Channel) wire.Channel {
	return wire.Channel{
		ID: string(c.ID), Type: c.Type, Name: c.Name, StoreID: string(c.StoreID),
		ExternalID: c.ExternalID, DisplayPhone: c.DisplayPhone,
		Health: wire.ChannelHealth{
			State: c.Health.State, Code: c.Health.Code, Message: c.Health.Message, At: timeOrNull(c.Health.At), Since: timeOrNull(c.Health.Since),
		},
		Settings: settingsOf(c),
		Version:  c.Version,
	}
}

// settingsOf is the settings of the channel's type; an empty object for none.
func settingsOf(c chat.Channel) json.RawMessage {
	if len(c.Settings) == 0 {
		return json.RawMessage("{}")
	}
	return c.Settings
}

// Settings builds an account's settings.
func Settings(a chat.Account) wire.Settings {
	shape := wire.Settings{
		TimeZone: a.TimeZone, Language: a.Language, Distribution: Distribution(a.Distribution), Version: a.Version,
	}
	if a.Closing.Idle > 0 {
		minutes := int(a.Closing.Idle / time.Minute)
		shape.Closing.IdleMinutes = &minutes
	}
	return shape
}

// Distribution builds how conversations are assigned.
func Distribution(d chat.Distribution) wire.Distribution {
	return wire.Distribution{Mode: d.Mode, ManagerID: orNull(d.ManagerID)}
}
