// ReferenceModel
