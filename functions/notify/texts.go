package notify

import "github.com/recado-chat/recado/shared/chat"

// mailTexts holds the texts of each mail template by language.
var mailTexts = map[chat.MailTemplate]map[chat.Language]mailText{
	chat.MailVerify: {
		chat.Spanish: {
			Subject:  "Confirma tu correo en Recado",
			Greeting: "Hola, %s:",
			Hello:    "Hola:",
			Intro:    "Gracias por crear tu cuenta en Recado. Confirma tu correo para poder invitar a tu equipo.",
			Button:   "Confirmar correo",
			Note:     "El enlace vence en 7 días y solo se puede usar una vez. Si no creaste una cuenta en Recado, ignora este correo.",
			Fallback: "Si el botón no funciona, copia este enlace en tu navegador:",
		},
		chat.Portuguese: {
			Subject:  "Confirme seu e-mail no Recado",
			Greeting: "Olá, %s,",
			Hello:    "Olá,",
			Intro:    "Boas-vindas ao Recado! Confirme seu e-mail para poder convidar sua equipe.",
			Button:   "Confirmar e-mail",
			Note:     "O link expira em 7 dias e só pode ser usado uma vez. Se você não criou uma conta no Recado, ignore este e-mail.",
			Fallback: "Se o botão não funcionar, copie este link no seu navegador:",
		},
		chat.English: {
			Subject:  "Confirm your email for Recado",
			Greeting: "Hello %s,",
			Hello:    "Hello,",
			Intro:    "Thanks for creating your Recado account. Confirm your email so you can invite your team.",
			Button:   "Confirm email",
			Note:     "This link expires in 7 days and can only be used once. If you didn't create a Recado account, you can ignore this email.",
			Fallback: "If the button doesn't work, copy this link into your browser:",
		},
	},
	chat.MailReset: {
		chat.Spanish: {
			Subject:  "Restablece tu contraseña de Recado",
			Greeting: "Hola, %s:",
			Hello:    "Hola:",
			Intro:    "Recibimos una solicitud para restablecer la contraseña de tu cuenta de Recado. Si fuiste tú, elige una nueva.",
			Button:   "Elegir contraseña nueva",
			Note:     "El enlace vence en una hora y solo se puede usar una vez. Si no lo pediste, ignora este correo: tu contraseña no cambia.",
			Fallback: "Si el botón no funciona, copia este enlace en tu navegador:",
		},
		chat.Portuguese: {
			Subject:  "Redefina sua senha do Recado",
			Greeting: "Olá, %s,",
			Hello:    "Olá,",
			Intro:    "Recebemos um pedido para redefinir a senha da sua conta do Recado. Se foi você, escolha uma nova.",
			Button:   "Escolher nova senha",
			Note:     "O link expira em uma hora e só pode ser usado uma vez. Se não foi você, ignore este e-mail: sua senha continua a mesma.",
			Fallback: "Se o botão não funcionar, copie este link no seu navegador:",
		},
		chat.English: {
			Subject:  "Reset your Recado password",
			Greeting: "Hello %s,",
			Hello:    "Hello,",
			Intro:    "We received a request to reset the password of your Recado account. If it was you, choose a new one.",
			Button:   "Choose a new password",
			Note:     "This link expires in one hour and can only be used once. If you didn't ask for it, you can ignore this email: your password won't change.",
			Fallback: "If the button doesn't work, copy this link into your browser:",
		},
	},
	chat.MailReauthorise: reauthoriseTexts,
	chat.MailStopped:     stoppedTexts,
	chat.MailSilent:      silentTexts,
	chat.MailDiverted:    divertedTexts,
	chat.MailInvitation: {
		chat.Spanish: {
			Subject:  "{inviter} te invita a {account} en Recado",
			Greeting: "Hola, %s:",
			Hello:    "Hola:",
			Intro:    "{inviter} te invita al equipo que responde los mensajes de {account}. Elige tu nombre y tu contraseña para entrar.",
			Button:   "Aceptar la invitación",
			Note:     "El enlace vale 7 días y se usa una sola vez. Si no esperabas esta invitación, ignora este mensaje.",
			Fallback: "Si el botón no funciona, copia esta dirección en tu navegador:",
		},
		chat.Portuguese: {
			Subject:  "{inviter} convidou você para {account} no Recado",
			Greeting: "Olá, %s,",
			Hello:    "Olá,",
			Intro:    "{inviter} convidou você para a equipe que responde às mensagens de {account}. Escolha seu nome e sua senha para entrar.",
			Button:   "Aceitar o convite",
			Note:     "O link vale por 7 dias e só funciona uma vez. Se você não esperava este convite, ignore esta mensagem.",
			Fallback: "Se o botão não funcionar, copie este endereço no seu navegador:",
		},
		chat.English: {
			Subject:  "{inviter} invites you to {account} on Recado",
			Greeting: "Hello %s,",
			Hello:    "Hello,",
			Intro:    "{inviter} invites you to the team that answers the messages of {account}. Choose your name and password to get in.",
			Button:   "Accept invitation",
			Note:     "The link is good for 7 days and works once. If you did not expect this invitation, ignore this message.",
			Fallback: "If the button does not work, copy this address into your browser:",
		},
	},
	chat.MailInvitationTaken: {
		chat.Spanish: {
			Subject:  "{inviter} te invita a {account} en Recado",
			Greeting: "Hola, %s:",
			Hello:    "Hola:",
			Intro:    "{inviter} te invita a {account}, pero con este correo ya entras a otra cuenta de Recado, y un correo sirve para una sola. Para aceptar, pide que te inviten a otro correo tuyo.",
			Button:   "Ir a mi cuenta",
			Note:     "Quien te invitó no sabe que este correo ya tiene una cuenta. Si no esperabas esta invitación, ignora este mensaje.",
			Fallback: "Si el botón no funciona, copia esta dirección en tu navegador:",
		},
		chat.Portuguese: {
			Subject:  "{inviter} convidou você para {account} no Recado",
			Greeting: "Olá, %s,",
			Hello:    "Olá,",
			Intro:    "{inviter} convidou você para {account}, mas com este e-mail você já entra em outra conta do Recado, e um e-mail serve para uma só. Para aceitar, peça um convite para outro e-mail seu.",
			Button:   "Ir para minha conta",
			Note:     "Quem convidou você não sabe que este e-mail já tem uma conta. Se você não esperava este convite, ignore esta mensagem.",
			Fallback: "Se o botão não funcionar, copie este endereço no seu navegador:",
		},
		chat.English: {
			Subject:  "{inviter} invites you to {account} on Recado",
			Greeting: "Hello %s,",
			Hello:    "Hello,",
			Intro:    "{inviter} invites you to {account}, but this address already signs in to another Recado account, and an address belongs to one account only. To accept, ask for an invitation to another address of yours.",
			Button:   "Go to my account",
			Note:     "Whoever invited you does not know that this address has an account. If you did not expect this invitation, ignore this message.",
			Fallback: "If the button does not work, copy this address into your browser:",
		},
	},
}

// unnamed stand for names that are not presentable.
var unnamed = map[chat.Language]struct{ inviter, account string }{
	chat.Spanish:    {"Alguien", "una empresa"},
	chat.Portuguese: {"Alguém", "uma empresa"},
	chat.English:    {"Someone", "a business"},
}
