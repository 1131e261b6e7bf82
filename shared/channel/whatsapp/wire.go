package whatsapp

import (
	"bytes"
	"encoding/json"
	"errors"
)

// item is what Split writes and Parse reads: one update with the parts of the webhook that it needs. Exactly one of Message, Echo, Past,
// Preference, Template, Status, Errors, Change and Unreadable is set.
type item struct {
	Field      string          `json:"field,omitempty"`
	Entry      *wireEntry      `json:"entry,omitempty"`  // of a Template
	Thread     scalar          `json:"thread,omitempty"` // the contact's number of a Past, where the webhook has it
	Metadata   json.RawMessage `json:"metadata,omitempty"`
	Contact    json.RawMessage `json:"contact,omitempty"`
	Message    json.RawMessage `json:"message,omitempty"`
	Echo       json.RawMessage `json:"echo,omitempty"`
	Past       json.RawMessage `json:"past,omitempty"`
	Preference json.RawMessage `json:"preference,omitempty"`
	Template   json.RawMessage `json:"template,omitempty"`
	Status     json.RawMessage `json:"status,omitempty"`
	Errors     json.RawMessage `json:"errors,omitempty"`
	Change     json.RawMessage `json:"change,omitempty"`
	Unreadable json.RawMessage `json:"unreadable,omitempty"`
}

// wireEntry is an entry's data about the whole WhatsApp Business Account.
type wireEntry struct {
	ID   scalar `json:"id"`
	Time scalar `json:"time"`
}

type wireMetadata struct {
	PhoneNumberID scalar `json:"phone_number_id"`
}

type wireContact struct {
	Profile struct {
		Name     string `json:"name"`
		Username string `json:"username"`
	} `json:"profile"`
	WaID   scalar `json:"wa_id"`
	UserID scalar `json:"user_id"`
}

// wireHead has the fields of a message or status that Split reads.
type wireHead struct {
	ID         scalar `json:"id"`
	From       scalar `json:"from"`
	FromUserID scalar `json:"from_user_id"`
	Status     scalar `json:"status"`
}

// wireEcho has the recipient of an echo.
type wireEcho struct {
	wireHead
	To       scalar `json:"to"`
	ToUserID scalar `json:"to_user_id"`
}

// recipient returns the head with the recipient, the contact, in place of the sender, the business.
func (e wireEcho) recipient() wireHead {
	head := e.wireHead
	head.From, head.FromUserID = e.To, e.ToUserID
	return head
}

type wireMessage struct {
	wireHead
	GroupID   scalar `json:"group_id"`
	Timestamp scalar `json:"timestamp"`
	Type      string `json:"type"`
	Context   struct {
		ID scalar `json:"id"`
	} `json:"context"`
	Referral wireReferral `json:"referral"`
	wireContent
	Audio       wireMedia         `json:"audio"`
	Sticker     wireMedia         `json:"sticker"`
	Location    wireLocation      `json:"location"`
	Contacts    []wireContactCard `json:"contacts"`
	Interactive wireInteractive   `json:"interactive"`
	Button      struct {
		Text    string `json:"text"`
		Payload scalar `json:"payload"`
	} `json:"button"`
	Order  wireOrder `json:"order"`
	System struct {
		Type    string `json:"type"`
		WaID    scalar `json:"wa_id"`
		NewWaID scalar `json:"new_wa_id"` // its name in older versions
		UserID  scalar `json:"user_id"`
	} `json:"system"`
	Reaction struct {
		MessageID scalar `json:"message_id"`
		Emoji     string `json:"emoji"`
	} `json:"reaction"`
	Edit struct {
		OriginalID scalar      `json:"original_message_id"`
		Message    wireContent `json:"message"`
	} `json:"edit"`
	Revoke struct {
		OriginalID scalar `json:"original_message_id"`
	} `json:"revoke"`
	Errors      []wireError `json:"errors"`
	Unsupported struct {
		Type string `json:"type"`
	} `json:"unsupported"`
}

// wireContent is the content of a message that can be edited. An edit has the same format.
type wireContent struct {
	Text struct {
		Body string `json:"body"`
	} `json:"text"`
	Image    wireMedia `json:"image"`
	Video    wireMedia `json:"video"`
	Document wireMedia `json:"document"`
}

// wireReferral is the ad or post that the contact tapped before writing.
type wireReferral struct {
	SourceURL  string `json:"source_url"`
	SourceID   scalar `json:"source_id"`
	SourceType string `json:"source_type"`
	Headline   string `json:"headline"`
	Body       string `json:"body"`
	MediaType  string `json:"media_type"`
	ImageURL   string `json:"image_url"`
	VideoURL   string `json:"video_url"`
	ClickID    string `json:"ctwa_clid"`
}

type wireMedia struct {
	ID       scalar `json:"id"`
	MimeType string `json:"mime_type"`
	Filename string `json:"filename"`
	Caption  string `json:"caption"`
}

type wireLocation struct {
	Latitude  scalar `json:"latitude"`
	Longitude scalar `json:"longitude"`
	Name      string `json:"name"`
	Address   string `json:"address"`
}

type wireContactCard struct {
	Name struct {
		FormattedName string `json:"formatted_name"`
		FirstName     string `json:"first_name"`
		LastName      string `json:"last_name"`
	} `json:"name"`
	Phones []struct {
		Phone string `json:"phone"`
		WaID  scalar `json:"wa_id"`
	} `json:"phones"`
	Emails []struct {
		Email string `json:"email"`
	} `json:"emails"`
	Organisation struct {
		Company string `json:"company"`
	} `json:"org"`
}

type wireOrder struct {
	Text  string `json:"text"`
	Items []struct {
		Product  string `json:"product_retailer_id"`
		Quantity scalar `json:"quantity"`
		Price    scalar `json:"item_price"`
		Currency string `json:"currency"`
	} `json:"product_items"`
}

type wireInteractive struct {
	Type        string `json:"type"`
	ButtonReply struct {
		ID    scalar `json:"id"`
		Title string `json:"title"`
	} `json:"button_reply"`
	ListReply struct {
		ID          scalar `json:"id"`
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"list_reply"`
	FormReply      wireFormReply `json:"nfm_reply"`
	CallPermission struct {
		Response string `json:"response"`
	} `json:"call_permission_reply"`
}

// wireFormReply is a filled form: a Flow, whose Body is a fixed word, or an address, whose Body is readable.
type wireFormReply struct {
	Name     string `json:"name"`
	Body     string `json:"body"`
	Response string `json:"response_json"`
}

type wirePricing struct {
	Billable bool   `json:"billable"`
	Model    string `json:"pricing_model"`
	Type     string `json:"type"`
	Category string `json:"category"`
}

type wireStatus struct {
	wireHead
	Pricing       *wirePricing `json:"pricing"`
	RecipientType string       `json:"recipient_type"`
	Timestamp     scalar       `json:"timestamp"`
	Callback      string       `json:"biz_opaque_callback_data"`
	Errors        []wireError  `json:"errors"`
}

type wireError struct {
	Code      *int   `json:"code"`
	Title     string `json:"title"`
	Message   string `json:"message"`
	Type      string `json:"type"`
	Transient bool   `json:"is_transient"`
	ErrorData struct {
		Details string `json:"details"`
	} `json:"error_data"`
}

// scalar is a string that Meta may also write as a number, or leave null.
type scalar string

// UnmarshalJSON accepts a string or a number; anything else counts as absent.
func (s *scalar) UnmarshalJSON(data []byte) error {
	*s = ""
	switch {
	case len(data) == 0:
	case data[0] == '"':
		var text string
		if err := json.Unmarshal(data, &text); err == nil {
			*s = scalar(text)
		}
	case data[0] == '-' || data[0] >= '0' && data[0] <= '9':
		*s = scalar(data)
	}
	return nil
}

// list is an array that Meta may also leave null. Anything else counts as its only element, so that no byte is lost.
type list []json.RawMessage

// UnmarshalJSON never fails for valid JSON.
func (l *list) UnmarshalJSON(data []byte) error {
	*l = nil
	switch {
	case bytes.HasPrefix(data, []byte("[")):
		var elements []json.RawMessage
		if err := json.Unmarshal(data, &elements); err != nil {
			return err
		}
		*l = elements
	case !bytes.Equal(data, []byte("null")):
		*l = list{bytes.Clone(data)}
	}
	return nil
}

// decode is json.Unmarshal, but a field of another type than expected counts as absent. It fails for invalid JSON.
func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return nil
	}
	return err
}

// isObject says whether valid JSON is an object.
func isObject(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{"))
}
