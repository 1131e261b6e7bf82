package whatsapp

import (
	"strconv"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

// outTemplate is a template with its parameters. A component without parameters is left out.
type outTemplate struct {
	Name       string         `json:"name"`
	Language   outLanguage    `json:"language"`
	Components []outComponent `json:"components,omitempty"`
}

type outLanguage struct {
	Code string `json:"code"`
}

type outComponent struct {
	Type       string         `json:"type"`
	SubType    string         `json:"sub_type,omitempty"`
	Index      string         `json:"index,omitempty"`
	Parameters []outParameter `json:"parameters"`
}

type outParameter struct {
	Type       string       `json:"type"`
	Name       string       `json:"parameter_name,omitempty"`
	Text       string       `json:"text,omitempty"`
	Payload    string       `json:"payload,omitempty"`
	CouponCode string       `json:"coupon_code,omitempty"`
	Image      *outMedia    `json:"image,omitempty"`
	Video      *outMedia    `json:"video,omitempty"`
	Document   *outMedia    `json:"document,omitempty"`
	Location   *outLocation `json:"location,omitempty"`
}

func templateOf(message channel.Outbound, file *outMedia) *outTemplate {
	ref := message.Template
	out := &outTemplate{Name: ref.Name, Language: outLanguage{ref.Language}}
	add := func(component outComponent) {
		if len(component.Parameters) > 0 {
			out.Components = append(out.Components, component)
		}
	}
	add(outComponent{Type: "header", Parameters: headerParameters(message, file)})
	add(outComponent{Type: "body", Parameters: textParameters(ref.Body)})
	for _, b := range ref.Buttons {
		add(outComponent{Type: "button", SubType: string(b.Type), Index: strconv.Itoa(b.Index), Parameters: []outParameter{buttonParameter(b)}})
	}
	return out
}

func headerParameters(message channel.Outbound, file *outMedia) []outParameter {
	ref := message.Template
	switch ref.Format {
	case chat.HeaderText:
		return textParameters(ref.Header)
	case chat.HeaderImage:
		return []outParameter{{Type: "image", Image: file}}
	case chat.HeaderVideo:
		return []outParameter{{Type: "video", Video: file}}
	case chat.HeaderDocument:
		file.Filename = message.Attachments[0].Name
		return []outParameter{{Type: "document", Document: file}}
	case chat.HeaderLocation:
		at := &outLocation{}
		for i, part := range []*string{&at.Latitude, &at.Longitude, &at.Name, &at.Address} {
			if i < len(ref.Header) {
				*part = ref.Header[i].Text
			}
		}
		return []outParameter{{Type: "location", Location: at}}
	}
	return nil
}

func textParameters(filled []chat.TemplateParameter) []outParameter {
	var out []outParameter
	for _, p := range filled {
		out = append(out, outParameter{Type: "text", Name: p.Name, Text: p.Text})
	}
	return out
}

func buttonParameter(b chat.TemplateButtonParameter) outParameter {
	switch b.Type {
	case chat.ButtonQuickReply:
		return outParameter{Type: "payload", Payload: b.Text}
	case chat.ButtonCopyCode:
		return outParameter{Type: "coupon_code", CouponCode: b.Text}
	case chat.ButtonURL, chat.ButtonPhone, chat.ButtonOther:
	}
	return outParameter{Type: "text", Text: b.Text}
}
