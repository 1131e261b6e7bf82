package wire

// Upload says where to put the bytes of a file, and under which id a message may carry it.
type Upload struct {
	// ID is good for 24 hours.
	ID string `json:"id" widget:"strict"`
	// URL takes one PUT within 15 minutes.
	URL string `json:"url" widget:"strict"`
	// Headers go with the PUT.
	Headers map[string]string `json:"headers"`
}

// UploadPurpose says what a file is for.
type UploadPurpose string

// PurposePicture is a picture of the operator: a JPEG, PNG, WebP or GIF of at most 2 MB, 10,000 pixels a side and 12,582,912 in all.
const PurposePicture UploadPurpose = "picture"

// NewUpload announces a file.
type NewUpload struct {
	// Name is the file name.
	Name string `json:"name" jsonschema:"minLength=1,maxLength=120"`
	// Mime is the media type that the bytes will have.
	Mime string `json:"mime"`
	// Size is in bytes.
	Size int64 `json:"size" jsonschema:"minimum=1"`
	// ConversationID is the conversation that may carry the file; without it, any of the account.
	ConversationID string `json:"conversationId,omitempty"`
	// Purpose is left out for files of messages.
	Purpose UploadPurpose `json:"purpose,omitempty"`
}
