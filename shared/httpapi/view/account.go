package view

import (
	"encoding/json"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// StoreShape is one shop or brand of an account.
type StoreShape struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version int64  `json:"version"`
}

// Store shows a store.
func Store(s chat.Store) StoreShape {
	return StoreShape{ID: string(s.ID), Name: s.Name, Version: s.Version}
}

// ChannelShape is a connected asset. Credentials have no place in it.
type ChannelShape struct {
	ID           string          `json:"id"`
	Type         string          `json:"type"`
	Name         string          `json:"name"`
	StoreID      string          `json:"storeId"`
	ExternalID   string          `json:"externalId"`
	DisplayPhone string          `json:"displayPhone,omitempty"`
	Health       HealthShape     `json:"health"`
	Settings     json.RawMessage `json:"settings"`
	Version      int64           `json:"version"`
}

// HealthShape says whether a channel works.
type HealthShape struct {
	State   string `json:"state"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	At      *Time  `json:"at,omitempty"`
}

// Channel shows a channel.
func Channel(c chat.Channel) ChannelShape {
	return ChannelShape{
		ID: string(c.ID), Type: string(c.Type), Name: c.Name, StoreID: string(c.StoreID),
		ExternalID: c.ExternalID, DisplayPhone: c.DisplayPhone,
		Health: HealthShape{
			State: string(c.Health.State), Code: c.Health.Code, Message: c.Health.Message, At: timeOrNull(c.Health.At),
		},
		Settings: settingsOf(c),
		Version:  c.Version,
	}
}

// settingsOf is the channel's own object, empty when it has none.
func settingsOf(c chat.Channel) json.RawMessage {
	if len(c.Settings) == 0 {
		return json.RawMessage("{}")
	}
	return c.Settings
}

// SettingsShape are the account's settings.
type SettingsShape struct {
	TimeZone     string            `json:"timeZone"`
	Language     string            `json:"language"`
	Closing      ClosingShape      `json:"closing"`
	Distribution DistributionShape `json:"distribution"`
	Version      int64             `json:"version"`
}

// ClosingShape says after how many idle minutes assigned conversations close; null = never.
type ClosingShape struct {
	IdleMinutes *int `json:"idleMinutes"`
}

// DistributionShape says how a new conversation finds its operator.
type DistributionShape struct {
	Mode      string  `json:"mode"`
	ManagerID *string `json:"managerId"`
}

// Settings shows an account's settings.
func Settings(a chat.Account) SettingsShape {
	shape := SettingsShape{
		TimeZone: a.TimeZone, Language: string(a.Language), Distribution: Distribution(a.Distribution), Version: a.Version,
	}
	if a.Closing.Idle > 0 {
		minutes := int(a.Closing.Idle / time.Minute)
		shape.Closing.IdleMinutes = &minutes
	}
	return shape
}

// Distribution shows how conversations are distributed.
func Distribution(d chat.Distribution) DistributionShape {
	return DistributionShape{Mode: string(d.Mode), ManagerID: orNull(d.ManagerID)}
}

// UploadShape tells where to put the bytes of a file, and under which id a message may then carry it.
type UploadShape struct {
	ID      string            `json:"id"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

// SocketTicketShape lets one socket be opened.
type SocketTicketShape struct {
	URL       string `json:"url"`
	ExpiresIn int    `json:"expiresIn"` // seconds
}

// CapabilitiesShape is what a kind of channel can do. Texts are counted in characters; WindowSeconds is how long after the
// contact's last message one may write freely, 0 = always.
type CapabilitiesShape struct {
	ChannelType   string            `json:"channelType"`
	MaxText       int               `json:"maxText"`
	MaxCaption    int               `json:"maxCaption"`
	WindowSeconds int64             `json:"windowSeconds"`
	ReplyTo       bool              `json:"replyTo"`
	Attachments   []AttachmentLimit `json:"attachments"`
	Types         []string          `json:"types"` // that may be sent
	Templates     bool              `json:"templates"`
	Interactive   *InteractiveLimit `json:"interactive"`
	MaxCards      int               `json:"maxCards"`
	ReadReceipts  bool              `json:"readReceipts"`
	Typing        bool              `json:"typing"`
}

// InteractiveLimit bounds what a message may offer to be tapped, texts in characters; a list's rows are counted over its sections.
type InteractiveLimit struct {
	MaxBody           int `json:"maxBody"`
	MaxFooter         int `json:"maxFooter"`
	MaxButtons        int `json:"maxButtons"`
	MaxButtonTitle    int `json:"maxButtonTitle"`
	MaxListButton     int `json:"maxListButton"`
	MaxSections       int `json:"maxSections"`
	MaxRows           int `json:"maxRows"`
	MaxRowTitle       int `json:"maxRowTitle"`
	MaxRowDescription int `json:"maxRowDescription"`
}

// AttachmentLimit bounds one kind of file, in bytes. Caption says whether it may carry text.
type AttachmentLimit struct {
	Type    string   `json:"type"`
	Mimes   []string `json:"mimes"`
	MaxSize int64    `json:"maxSize"`
	Caption bool     `json:"caption"`
}
