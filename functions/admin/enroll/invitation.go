package enroll

import "time"

const (
	// InvitationToken is the kind of the token of an invitation's link.
	InvitationToken = "invitation"
	// InvitationExplained is how long after an invitation expired its link still tells that it did.
	InvitationExplained = 30 * 24 * time.Hour
)
