// FloatModel
